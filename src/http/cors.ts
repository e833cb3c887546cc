/**
 * Letting scripts of other origins in (the CORS protocol of the Fetch standard), as far as the configuration says.
 *
 * The headers are set before anything can fail, so that a script can read problems too. Cookies are of no use here, so
 * credentials that a browser would add by itself are never asked for; a script sends its own Authorization.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { addVary } from './vary.ts'

/** What scripts may read beside the few headers that they always may. */
const EXPOSED = [
  'Accept-Ranges',
  'Allow',
  'Content-Length',
  'Content-Location',
  'Content-Range',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
  'X-VO-Authenticated',
].join(', ')

const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-None-Match',
  'If-Range',
  'Last-Event-ID',
  'Prefer',
  'Range',
  'X-Request-Id',
].join(', ')

/** How long a browser may remember what it may do, in seconds. */
const MAX_AGE_SECONDS = 7200

/** Tells the browser what a script of the origin that asks may do; nothing, when it may not. */
export function allowOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  origins: readonly string[],
  methods: () => readonly string[],
): void {
  if (origins.length === 0) return
  const { origin } = request.headers
  const anybody = origins.includes('*')
  // An answer to one origin must not be given to another from a cache.
  if (!anybody) addVary(reply, 'Origin')
  if (origin === undefined || !(anybody || origins.includes(origin))) return
  void reply
    .header('Access-Control-Allow-Origin', anybody ? '*' : origin)
    .header('Access-Control-Expose-Headers', EXPOSED)
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return
  void reply
    .header('Access-Control-Allow-Methods', methods().join(', '))
    .header('Access-Control-Allow-Headers', REQUEST_HEADERS)
    .header('Access-Control-Max-Age', String(MAX_AGE_SECONDS))
}
