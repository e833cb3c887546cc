/** Pages of a list: newest first, from a cursor on that only the service understands. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isUuid } from '../domain/ids.ts'
import type { Link } from '../protocol/present.ts'
import { badQuery, queryInteger, queryOne } from './context.ts'

export interface Page {
  readonly limit: number
  /** The id that the entries of the page are older than. */
  readonly before: string | undefined
}

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 500

/** The page that a request asks for. */
export function pageOf(request: FastifyRequest): Page {
  const before = queryOne(request, 'cursor')?.toLowerCase()
  if (before !== undefined && !isUuid(before)) throw badQuery('cursor', 'it is not one that this service gave')
  return { limit: queryInteger(request, 'LAST', { min: 1, max: LIMIT_MAX }) ?? LIMIT_DEFAULT, before }
}

/** The entries of the page out of one more than it holds; the answer links to the first page, and to the next when there is one more. */
export function nextPage<Entry extends { readonly id: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  found: readonly Entry[],
  page: Page,
  link: Link,
): readonly Entry[] {
  const entries = found.slice(0, page.limit)
  const last = entries.at(-1)
  const links = [linkTo(link(request.url), undefined, 'first')]
  if (found.length > page.limit && last) links.push(linkTo(link(request.url), last.id, 'next'))
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
