/** Pages of a list: newest first, from a cursor on that only the service understands. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isUuid } from '../domain/ids.ts'
import type { Link } from '../protocol/present.ts'
import type { StoredPage, WantedPage } from '../store/pages.ts'
import { badQuery, queryInteger, queryOne } from './context.ts'

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 500
/** The most bytes that are kept of the entries of a page; what is written of them takes a third more, or thrice as much where all is escaped. */
export const PAGE_BYTES = 8_388_608

/** The page that a request asks for. */
export function pageOf(request: FastifyRequest): WantedPage {
  const before = queryOne(request, 'cursor')?.toLowerCase()
  if (before !== undefined && !isUuid(before)) throw badQuery('cursor', 'it is not one that this service gave')
  return { limit: limitOf(request), bytes: PAGE_BYTES, before }
}

/** The most entries that a request asks for. */
export function limitOf(request: FastifyRequest): number {
  return queryInteger(request, 'LAST', { min: 1, max: LIMIT_MAX }) ?? LIMIT_DEFAULT
}

/** The entries of a page; the answer links to the first page, and to the next one where the list goes on. */
export function linked<Entry extends { readonly id: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  { entries, goesOn }: StoredPage<Entry>,
  link: Link,
): readonly Entry[] {
  const last = entries.at(-1)
  const links = [linkTo(link(request.url), undefined, 'first')]
  if (goesOn && last) links.push(linkTo(link(request.url), last.id, 'next'))
  void reply.header('Link', links.join(', '))
  return entries
}

/** A link to the page of the same list that begins at a cursor; without one, to the first. */
function linkTo(list: string, cursor: string | undefined, relation: string): string {
  const url = new URL(list)
  if (cursor === undefined) url.searchParams.delete('cursor')
  else url.searchParams.set('cursor', cursor)
  return `<${url.href}>; rel="${relation}"`
}
