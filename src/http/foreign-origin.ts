/**
 * Refusing what a web page of somebody else asks for in the name of its visitor. A browser sends a page's request to any
 * address that it reaches, also to a broker on the visitor's own machine, with what it knows of the visitor; whether the
 * page may read the answer is a question that comes too late.
 *
 * Browsers say where a request comes from, and a page cannot change that. Programs that are no browsers do not say it.
 */
import type { FastifyRequest } from 'fastify'
import { BrokerError } from '../domain/errors.ts'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Refuses a request that could change something and comes from a page that is neither of this service nor let in. */
export function refuseForeignPage(request: FastifyRequest, allowed: readonly string[], ownUrl: () => string): void {
  if (SAFE_METHODS.includes(request.method)) return
  const { origin, 'sec-fetch-site': site } = request.headers
  if (allowed.includes('*') || (origin !== undefined && allowed.includes(origin))) return
  if (site === 'same-origin' || site === 'none') return
  if (site === undefined && (origin === undefined || hostOf(origin) === hostOf(ownUrl()))) return
  throw new BrokerError(
    'FORBIDDEN',
    `Pages of ${origin ?? 'another site'} may not change anything here; cors.origins in the configuration lists those that may.`,
    { faults: [{ header: 'Origin', detail: 'is not among those that the configuration lets in' }] },
  )
}

/** The host and port of a URL; undefined for `null`, which a browser says of a page without an origin. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
