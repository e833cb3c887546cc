/**
 * Who calls a route, and whether they may. Every route says which access it asks for; who calls is found out once for a
 * request, before its body is read.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../accounts/accounts.ts'
import { BrokerError } from '../domain/errors.ts'
import { addressKey } from '../identity/address-key.ts'
import type { Caller, Credentials } from '../identity/identity.ts'
import {
  mayCall,
  type Access,
  relationOf,
  verdictOn,
  verdictOnListing,
  type Owned,
  type Right,
  type Verdict,
} from '../policies/permissions.ts'
import { accessTo } from './access.ts'
import { clientAddress, type HttpContext } from './context.ts'
import { KnownCallers } from './known-callers.ts'
import { RateLimit } from '../domain/rate-limit.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, found out once; not there for anonymous, and on routes for everybody. */
    caller: Caller | null
  }
}

/** Makes sure that nobody calls a route who may not, and that there is no route of which that is not said. Before any route is added. */
export function requireCallers(app: FastifyInstance, context: HttpContext): void {
  const { identity, settings, clock } = context
  const byAddress = new RateLimit(clock, settings.rateLimits.perAddress)
  const byCaller = new RateLimit(clock, settings.rateLimits.perCaller)
  const watchers = new KnownCallers(clock)
  const identify = (credentials: Credentials) => identity.identify(credentials)
  app.decorateRequest('caller', null)
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) accessTo(one, url)
  })
  app.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions
    if (url === undefined) return
    const access = accessTo(request.method, url)
    if (access === 'public') return
    const address = clientAddress(request, context)
    // Before any password is compared, which is what costs most.
    byAddress.count(addressKey(address))
    const credentials = credentialsOf(request, context)
    const caller = await (url === '/metrics' ? watchers.identify(credentials, identify) : identify(credentials))
    if (caller) remember(request, reply, caller)
    if (caller) byCaller.count(caller.owner)
    enforce(mayCall(caller, access, settings.reads), request, { forbidden: roleWords(access) })
    if (caller?.mustChangePassword && mayCall(undefined, access, settings.reads) !== 'allowed' && access !== 'newcomer')
      throw new BrokerError(
        'FORBIDDEN',
        "Change your password first, with 'broker password' or POST /account/password.",
      )
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (reply.statusCode === 401) void reply.header('WWW-Authenticate', [...identity.challenges])
    done()
  })
}

/** The credentials in a request. */
export function credentialsOf(request: FastifyRequest, context: HttpContext): Credentials {
  const { headers, socket, raw } = request
  return {
    headers,
    rawHeaders: raw.rawHeaders,
    peer: socket.remoteAddress ?? '',
    address: clientAddress(request, context),
  }
}

function remember(request: FastifyRequest, reply: FastifyReply, caller: Caller): void {
  request.caller = caller
  // SSO 2.0: how a client learns that its credentials were understood, and as whose.
  if (caller.username !== undefined) void reply.header('X-VO-Authenticated', caller.username)
}

/** Who is calling; undefined for anonymous. */
export const callerOf = ({ caller }: FastifyRequest): Caller | undefined => caller ?? undefined

/** Who is calling a route that only callers may call. */
export function knownCaller(request: FastifyRequest): Caller {
  const { caller } = request
  if (!caller) throw new Error('a route that needs a caller let somebody else in')
  return caller
}

/** The caller for the record. */
export function actorOf(request: FastifyRequest, context: HttpContext): Actor {
  const { owner, username } = knownCaller(request)
  return { id: owner, name: username, address: clientAddress(request, context) }
}

/**
 * Makes sure that the caller has a right on a thing. Throws NOT_FOUND with `missing` where the caller may not even know
 * that it is there, FORBIDDEN, or UNAUTHENTICATED.
 */
export function requireRight(
  request: FastifyRequest,
  thing: Owned,
  right: Right,
  missing: string,
  { settings }: HttpContext,
): void {
  enforce(verdictOn(relationOf(callerOf(request), thing), right, settings.reads), request, {
    missing,
    forbidden: 'Only its owner may do that, and who looks after the broker.',
  })
}

/** Makes sure that the caller may list what belongs to others. Throws FORBIDDEN. */
export function requireListing(request: FastifyRequest, { settings }: HttpContext): void {
  enforce(verdictOnListing(knownCaller(request), settings.reads), request, {
    forbidden: `Your own are listed with OWNER=self, what others show to your groups with OWNER=shared. ${roleWords('operator')}`,
  })
}

/** What to do about a role that is not one's own. */
function roleWords(access: Access): string {
  const whose = access === 'admin' ? 'administrators' : 'operators and administrators'
  return `It is for ${whose}; an administrator gives roles, such as with 'broker admin roles'.`
}

/** What is said where something is not done: of what is not there, and of what is not permitted. */
interface Words {
  readonly missing?: string
  readonly forbidden: string
}

const AUTHENTICATE =
  'Send an access token (Authorization: Bearer …), or a user name and a password (Authorization: Basic …).'

function enforce(verdict: Verdict, request: FastifyRequest, { missing, forbidden }: Words): void {
  if (verdict === 'allowed') return
  if (verdict === 'hidden') throw new BrokerError('NOT_FOUND', missing ?? 'There is no such thing.')
  if (verdict === 'unauthenticated') throw new BrokerError('UNAUTHENTICATED', AUTHENTICATE)
  const who = callerOf(request)?.username
  throw new BrokerError(
    'FORBIDDEN',
    `${who === undefined ? 'You are' : `The user ${who} is`} not permitted to do this. ${forbidden}`,
  )
}
