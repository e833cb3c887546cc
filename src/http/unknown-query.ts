/** Parameters of a query that a route does not have: a filter that is not read would be taken for one that was kept to. */
import type { FastifyRequest } from 'fastify'
import { distance } from '../domain/distance.ts'
import { queryNames } from '../protocol/operations.ts'
import { accessTo } from './access.ts'
import { badQuery } from './context.ts'

/** Names that other services have for what is here, in lower case. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  count: 'LAST',
  limit: 'LAST',
  max: 'LAST',
  maxrec: 'LAST',
  size: 'LAST',
  since: 'AFTER',
  state: 'PHASE',
  status: 'PHASE',
  user: 'OWNER',
  timeout: 'WAIT',
}
/** A longer name is cut where it is said again. */
const SHOWN_MAX = 40

/**
 * Refuses a request with a parameter that its route does not have. What everybody may read, and the figures, take no notice
 * of any: browsers, checks of health and collectors add their own. Throws BAD_REQUEST.
 */
export function refuseUnknownQuery(request: FastifyRequest): void {
  const names = Object.keys(request.query as object)
  const { url } = request.routeOptions
  if (names.length === 0 || url === undefined || url === '/metrics') return
  const known = queryNames(request.method, url)
  if (!known || ['public', 'anybody'].includes(accessTo(request.method, url))) return
  const unknown = names.find((name) => !known.some((one) => one.toLowerCase() === name.toLowerCase()))
  if (unknown !== undefined) throw badQuery(shown(unknown), `it is not known here; ${adviceOn(unknown, known)}`)
}

const shown = (name: string) => (name.length > SHOWN_MAX ? `${name.slice(0, SHOWN_MAX)}…` : name)

function adviceOn(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'nothing is taken there, so leave it out'
  const meant = meantBy(name.slice(0, SHOWN_MAX).toLowerCase(), known)
  return `${meant === undefined ? '' : `did you mean ${meant}? `}Known ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`
}

/** The parameter that was probably meant; undefined where none is near. */
function meantBy(lower: string, known: readonly string[]): string | undefined {
  const other = Object.hasOwn(OTHER_NAMES, lower) ? OTHER_NAMES[lower] : undefined
  if (other !== undefined && known.includes(other)) return other
  const most = lower.length > 4 ? 2 : 1
  const near = known.map((one) => ({ one, far: distance(lower, one.toLowerCase()) })).filter(({ far }) => far <= most)
  return near.sort((a, b) => a.far - b.far)[0]?.one
}
