/** The routes by which administrators look after accounts, and read what was done. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { changeAccount, createAccount, passwordReset } from '../accounts/accounts.ts'
import { cancelExecutionsOf, withdrawOffersOf } from '../booking/of-owner.ts'
import { KNOWN_NAME, type Account } from '../domain/account.ts'
import { formatInstant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { isUuid } from '../domain/ids.ts'
import { readBody } from '../protocol/read-body.ts'
import * as audit from '../store/audit.ts'
import * as identities from '../store/identities.ts'
import { actorOf } from './calling.ts'
import { answer, badQuery, linkFor, queryInteger, queryOne, type HttpContext } from './context.ts'
import { limitOf, linked, pageOf, PAGE_BYTES } from './paging.ts'

interface Params {
  readonly uuid: string
}

/** Adds the routes. */
export function identityRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock, ids } = context

  app.post('/admin/identities', async (request, reply) => {
    const { username = '', password = '', ...rest } = readBody('IdentityRequest', request.body)
    requireText('username', username)
    requireText('password', password)
    const made = await createAccount(
      database,
      context.names,
      ids.uuid(),
      { username, password, ...rest },
      actorOf(request, context),
      clock.now(),
    )
    return answer(request, reply, 201, presentIdentity(made))
  })

  app.get('/admin/identities', async (request, reply) => {
    const username = queryOne(request, 'username')
    if (username !== undefined && !KNOWN_NAME.test(username)) throw badQuery('username', 'it is no user name')
    const page = await identities.list(database, username, pageOf(request))
    const shown = linked(request, reply, page, linkFor(request, context))
    return answer(request, reply, 200, { identities: shown.map(presentIdentity) })
  })

  app.get<{ Params: Params }>('/admin/identities/:uuid', async (request, reply) =>
    answer(request, reply, 200, presentIdentity(await accountNamed(request))),
  )

  app.post<{ Params: Params }>('/admin/identities/:uuid', async (request, reply) => {
    const account = await accountNamed(request)
    const { password, cancelExecutions = false, ...change } = readBody('IdentityChange', request.body)
    if (cancelExecutions && !change.disabled) throw cancelsOnlyDisabled()
    const { keepTokens } = change
    const actor = actorOf(request, context)
    const reset =
      password === undefined ? undefined : await passwordReset(account, { password, keepTokens }, actor, clock.now())
    const wish = { ...change, ...(cancelExecutions ? { cancelExecutions } : {}) }
    const changed = await changeAccount(database, account.id, wish, actor, clock.now(), reset)
    // What is booked or accepted from here on is refused where it is written, and what was written before is found here,
    // also what requests made that are still being answered. Asking again does what was not done when this was broken off.
    if (change.disabled) await withdrawOffersOf(database, account.id, clock.now())
    if (cancelExecutions) await cancelExecutionsOf(database, account.id, clock.now())
    return answer(request, reply, 200, presentIdentity(changed))
  })

  app.get('/admin/audit', async (request, reply) => {
    const actor = queryOne(request, 'actor')
    const entries = await audit.list(database, {
      limit: limitOf(request),
      bytes: PAGE_BYTES,
      before: queryInteger(request, 'before', { min: 1, max: Number.MAX_SAFE_INTEGER }),
      action: queryOne(request, 'action'),
      // Names change hands, so what is recorded is found by the account that has the name now.
      actor: actor && ((await identities.idNamed(database, actor)) ?? actor),
    })
    return answer(request, reply, 200, { entries: entries.map(presentEntry) })
  })

  async function accountNamed(request: FastifyRequest<{ Params: Params }>): Promise<Account> {
    const { uuid } = request.params
    const account = isUuid(uuid) ? await identities.find(database, uuid) : undefined
    if (!account) throw new BrokerError('NOT_FOUND', `There is no account ${uuid}.`)
    return account
  }
}

function cancelsOnlyDisabled(): BrokerError {
  const detail = 'is for an account that is disabled: {"disabled": true, "cancelExecutions": true}'
  return new BrokerError('UNPROCESSABLE', 'Executions are cancelled only where their account is disabled.', {
    faults: [{ pointer: '/cancelExecutions', detail }],
  })
}

/** Said in the words of the prototype of the standard too, whose clients read the member `error`. */
function requireText(field: 'username' | 'password', text: string): void {
  if (text.trim() !== '') return
  throw new BrokerError('BAD_REQUEST', 'The request does not follow the contract; the fields at fault are listed.', {
    faults: [{ pointer: `/${field}`, detail: 'is required' }],
    members: { error: `${field} is required` },
  })
}

function presentIdentity(account: Account) {
  const { id, issuer, subject, username, displayName, roles, groups, disabledAt, mustChangePassword, createdAt } =
    account
  return {
    uuid: id,
    username,
    ...(displayName === undefined ? {} : { displayName }),
    ...(issuer === '' ? {} : { issuer, subject }),
    roles,
    ...(groups.length > 0 ? { groups } : {}),
    ...(disabledAt === undefined ? {} : { disabled: formatInstant(disabledAt) }),
    ...(mustChangePassword ? { mustChangePassword } : {}),
    created: formatInstant(createdAt),
  }
}

function presentEntry(entry: audit.AuditEntry & { readonly number: number }) {
  const { number, at, actor, actorName, address, action, target, outcome, detail } = entry
  return {
    number,
    time: formatInstant(at),
    ...(actor === undefined ? {} : { actor }),
    ...(actorName === undefined ? {} : { actorName }),
    address,
    action,
    ...(target === undefined ? {} : { target }),
    outcome,
    ...(Object.keys(detail).length > 0 ? { detail: JSON.stringify(detail) } : {}),
  }
}
