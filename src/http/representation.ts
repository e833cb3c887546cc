/** Sending what represents a resource, with a tag of its very bytes, so that a client need not fetch again what it has. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Sends a text to GET and HEAD: 304 when the client has it already. */
export function sendRepresentation(
  request: FastifyRequest,
  reply: FastifyReply,
  contentType: string,
  text: string | Buffer,
  cacheControl = 'private, no-cache',
): FastifyReply {
  const tag = tagOf(contentType, text)
  void reply.header('ETag', tag).header('Cache-Control', cacheControl)
  if (isAmong(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.code(200).header('Content-Type', contentType).send(text)
}

/** A strong tag: the same bytes in another notation are another representation. */
function tagOf(contentType: string, text: string | Buffer): string {
  const digest = createHash('sha256').update(contentType).update('\n').update(text).digest('base64url')
  return `"${digest.slice(0, 27)}"`
}

/** Whether a tag is among those of If-None-Match, compared weakly as RFC 9110 (section 13.1.2) says. */
function isAmong(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return [...header.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, one]) => one === tag)
}
