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
  const before = queryOne(request, 'cursor')
  if (before !== undefined && !isUuid(before)) throw badQuery('cursor', 'it is not one that this service gave')
  return { limit: queryInteger(request, 'LAST', { min: 1, max: LIMIT_MAX }) ?? LIMIT_DEFAULT, before }
}

/** The entries of the page out of one more than it holds; when there is one more, the answer links to the next page. */
export function nextPage<Entry extends { readonly id: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  found: readonly Entry[],
  page: Page,
  link: Link,
): readonly Entry[] {
  const entries = found.slice(0, page.limit)
  const last = entries.at(-1)
  if (found.length > page.limit && last) {
    const url = new URL(link(request.url))
    url.searchParams.set('cursor', last.id)
    void reply.header('Link', `<${url.href}>; rel="next"`)
  }
  return entries
}
