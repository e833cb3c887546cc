/** A broker that asks who is calling, and callers that say so. */
import type { Logger } from 'pino'
import type { Clock } from '../../src/domain/clock.ts'
import { systemClock } from '../../src/system-clock.ts'
import { Api } from './api.ts'
import { testBroker, type TestBroker } from './broker.ts'

/** The header of HTTP Basic. */
export const basic = (username: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
})
export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

export type Headers = Record<string, string>

/** A caller with what it says of itself in every request. */
export class CallerApi extends Api {
  readonly credentials: Headers

  constructor(url: string, credentials: Headers) {
    super(url)
    this.credentials = credentials
  }

  override send<Body>(method: string, path: string, body: string | undefined, headers: Headers) {
    return super.send<Body>(method, path, body, { ...this.credentials, ...headers })
  }
}

export interface BrokerWithAccounts {
  readonly broker: TestBroker
  /** The first administrator, whose password is changed already. */
  readonly admin: CallerApi
  readonly anonymous: Api
  /** Makes an account, and gives its caller. */
  user(username: string, rights?: { roles?: string[]; groups?: string[] }): Promise<CallerApi>
  /** The caller with other credentials. */
  as(credentials: Headers): CallerApi
}

export const ADMIN_PASSWORD = 'who looks after the tests'
export const passwordOf = (username: string) => `the password of ${[...username].reverse().join('')}`

/** Starts a broker with accounts; `options` are configuration values by their path. */
export async function brokerWithAccounts(
  options: Record<string, unknown> = {},
  clock: Clock = systemClock,
  logger?: Logger,
): Promise<BrokerWithAccounts> {
  const broker = await testBroker({ identity: {}, ...options }, clock, undefined, logger)
  const first = /with the password (\S+)/.exec(broker.notes.join('\n'))?.[1]
  if (!first) throw new Error('the broker made no administrator')
  const as = (credentials: Headers) => new CallerApi(broker.url, credentials)
  const changed = await as(basic('admin', first)).post('/account/password', { password: ADMIN_PASSWORD })
  if (changed.status !== 204) throw new Error(`the password was not changed: ${JSON.stringify(changed.body)}`)
  const admin = as(basic('admin', ADMIN_PASSWORD))
  return {
    broker,
    admin,
    anonymous: new Api(broker.url),
    as,
    user: async (username, rights = {}) => {
      const made = await admin.post('/admin/identities', { username, password: passwordOf(username), ...rights })
      if (made.status !== 201) throw new Error(`the account was not made: ${JSON.stringify(made.body)}`)
      return as(basic(username, passwordOf(username)))
    },
  }
}

/** The networks of the owners of accounts, where there is no database. */
export function networksInMemory(idOf: (username: string) => string = () => 'a1') {
  const known = new Set<string>()
  return {
    has: async (username: string, network: string) => known.has(`${idOf(username)} ${network}`),
    note: async (accountId: string, network: string) => void known.add(`${accountId} ${network}`),
  }
}
