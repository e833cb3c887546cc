/** The routes of the caller's own account. */
import type { FastifyInstance } from 'fastify'
import { changeOwnPassword, createToken, record } from '../accounts/accounts.ts'
import type { Account } from '../domain/account.ts'
import { DateError, formatInstant, parseDuration } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { isUuid } from '../domain/ids.ts'
import { makeToken } from '../identity/access-token.ts'
import type { Caller } from '../identity/identity.ts'
import { filled } from '../protocol/compact.ts'
import { readBody } from '../protocol/read-body.ts'
import * as accessTokens from '../store/access-tokens.ts'
import * as motd from '../store/message-of-the-day.ts'
import * as identities from '../store/identities.ts'
import { actorOf, knownCaller } from './calling.ts'
import { answer, type HttpContext } from './context.ts'
import { quotasOfCaller } from './quotas.ts'

/** Adds the routes. */
export function accountRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock, ids, settings } = context
  const changingPasswords = new Set<string>()

  app.get('/account', async (request, reply) => {
    const caller = knownCaller(request)
    const account = await accountOf(caller)
    const quotas = await quotasOfCaller(caller, context)
    const said = await motd.find(database, clock.now())
    return answer(request, reply, 200, {
      ...presentCaller(caller, account),
      ...(said ? { motd: said.text } : {}),
      ...(quotas.length > 0 ? { quotas } : {}),
    })
  })

  app.post('/account/password', async (request, reply) => {
    const caller = knownCaller(request)
    const wish = readBody('PasswordChange', request.body)
    // Who has got hold of a token must not be able to lock its owner out.
    if (caller.means !== 'password')
      throw new BrokerError('FORBIDDEN', 'A password is changed with the present password, sent with HTTP Basic.')
    const { auditPerDay } = settings.retention
    const actor = actorOf(request, context)
    if (changingPasswords.has(caller.owner))
      throw new BrokerError(
        'TOO_MANY_REQUESTS',
        'Your password is being changed already; look whether that was done.',
        {
          retryAfterSeconds: 1,
        },
      )
    changingPasswords.add(caller.owner)
    try {
      await changeOwnPassword(database, await ownAccount(caller), wish, actor, auditPerDay, clock.now())
    } finally {
      changingPasswords.delete(caller.owner)
    }
    return reply.code(204).send()
  })

  app.get('/account/tokens', async (request, reply) => {
    const account = await ownAccount(knownCaller(request))
    const tokens = await accessTokens.list(database, account.id, lifetimeMs(settings.tokenLifetimeMax, 0))
    return answer(request, reply, 200, { tokens: tokens.map(presentToken) })
  })

  app.post('/account/tokens', async (request, reply) => {
    const caller = knownCaller(request)
    await ownAccount(caller)
    if (caller.means === 'access-token')
      throw new BrokerError('FORBIDDEN', 'An access token cannot make others; use your password or your login.')
    const { name, duration } = readBody('AccessTokenRequest', request.body)
    const now = clock.now()
    const expiresAt = now + lifetimeOf(duration, settings.tokenLifetimeMax, now)
    const { token, digest } = makeToken()
    const id = ids.uuid()
    const most = { perAccount: settings.tokensPerAccount, perDay: settings.retention.auditPerDay }
    await createToken(database, caller, { id, name, digest, expiresAt }, actorOf(request, context), most, now)
    const made = { id, name, createdAt: now, expiresAt }
    return answer(request, reply.header('Cache-Control', 'no-store'), 201, { ...presentToken(made), token })
  })

  app.delete<{ Params: { uuid: string } }>('/account/tokens/:uuid', async (request, reply) => {
    const account = await ownAccount(knownCaller(request))
    const { uuid } = request.params
    const now = clock.now()
    const revoked = await database.transaction(async (tx) => {
      const done = isUuid(uuid) && (await accessTokens.revoke(tx, account.id, uuid, now))
      if (done) await record(tx, actorOf(request, context), now, 'revoke access token', uuid, {})
      return done
    })
    if (!revoked) throw new BrokerError('NOT_FOUND', `You have no access token ${uuid}.`)
    return reply.code(204).send()
  })

  /** The account of a caller; undefined in the open mode, where there are none. */
  async function accountOf({ owner, means }: Caller): Promise<Account | undefined> {
    return means === 'open' ? undefined : identities.find(database, owner)
  }

  async function ownAccount(caller: Caller): Promise<Account> {
    const account = await accountOf(caller)
    if (account) return account
    throw new BrokerError(
      'UNPROCESSABLE',
      'This broker has no accounts, because no identities are configured; it knows everybody on this machine as the local user.',
    )
  }
}

function presentCaller({ username, roles, groups, means, mustChangePassword }: Caller, account: Account | undefined) {
  return {
    ...(account ? { uuid: account.id } : {}),
    ...(username === undefined ? {} : { username }),
    ...(account?.displayName === undefined ? {} : { displayName: account.displayName }),
    ...(account?.issuer ? { issuer: account.issuer } : {}),
    roles: filled([...roles]),
    groups: filled([...groups]),
    means,
    ...(mustChangePassword ? { mustChangePassword } : {}),
  }
}

function presentToken({ id, name, createdAt, expiresAt, lastUsedAt }: accessTokens.AccessToken) {
  return {
    uuid: id,
    name,
    created: formatInstant(createdAt),
    ...(expiresAt === undefined ? {} : { expires: formatInstant(expiresAt) }),
    ...(lastUsedAt === undefined ? {} : { lastUsed: formatInstant(lastUsedAt) }),
  }
}

const lifetimeMs = (duration: string, from: number): number => parseDuration(duration, from).value

/** The lifetime of a token in milliseconds: as long as is asked for, or as the site allows. */
function lifetimeOf(wanted: string | undefined, longest: string, now: number): number {
  const most = lifetimeMs(longest, 0)
  if (wanted === undefined) return most
  const wantedMs = durationOf(wanted, now)
  // A year has 365 days or 366, so what is asked for is compared in the calendar as well.
  if (wantedMs <= Math.max(most, lifetimeMs(longest, now))) return Math.min(wantedMs, most)
  throw new BrokerError('UNPROCESSABLE', `Access tokens are good for ${longest} at most here.`, {
    faults: [{ pointer: '/duration', detail: `it is longer than ${longest}` }],
  })
}

function durationOf(text: string, now: number): number {
  try {
    return lifetimeMs(text, now)
  } catch (error) {
    if (!(error instanceof DateError)) throw error
    throw new BrokerError('BAD_REQUEST', 'The request does not follow the contract; the fields at fault are listed.', {
      faults: [{ pointer: '/duration', detail: error.detail }],
    })
  }
}
