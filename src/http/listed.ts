/** Whose things a list has, by its parameter `OWNER`. */
import type { FastifyRequest } from 'fastify'
import type { Listed } from '../store/executions.ts'
import * as identities from '../store/identities.ts'
import { knownCaller, requireListing } from './calling.ts'
import { badQuery, queryOne, type HttpContext } from './context.ts'

/**
 * Whose things are asked for: the caller's own, with `shared` those of others that its groups are shown, with `all`
 * everybody's, or those of one user. The last two are for those who may read what belongs to others. Throws BAD_REQUEST
 * for a user whom nobody knows, and FORBIDDEN before anybody is looked up.
 */
export async function listedOf(request: FastifyRequest, context: HttpContext): Promise<Listed> {
  const { owner, username, groups } = knownCaller(request)
  const named = queryOne(request, 'OWNER') ?? 'self'
  const whose = named.toLowerCase()
  if (whose === 'self' || whose === username?.toLowerCase()) return { whose: 'own', owner }
  if (whose === 'shared') return { whose: 'shared', owner, groups }
  requireListing(request, context)
  if (whose === 'all') return { whose: 'any', owners: null }
  const found = await identities.idNamed(context.database, named)
  if (found !== undefined) return { whose: 'any', owners: [found] }
  throw badQuery('OWNER', `'${named}' is neither self, shared nor all, nor the name of a user`)
}
