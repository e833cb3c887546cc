/** What it costs to know who asks and to ask every policy, beside a broker that does neither. */
import { createAccount } from '../../src/accounts/accounts.ts'
import { loadConfig } from '../../src/config.ts'
import { idSource } from '../../src/domain/ids.ts'
import { QuotaDesk } from '../../src/http/quota-desk.ts'
import { identitiesHere } from '../../src/identities-here.ts'
import { makeToken } from '../../src/identity/access-token.ts'
import type { IdentitySource } from '../../src/identity/identity.ts'
import { openIdentity } from '../../src/identity/open/open-identity.ts'
import { policiesOf } from '../../src/policies-here.ts'
import { PolicyChain } from '../../src/policies/policy-chain.ts'
import { accountsOf } from '../../src/policies/quota.ts'
import * as accessTokens from '../../src/store/access-tokens.ts'
import * as quotas from '../../src/store/quotas.ts'
import { systemClock } from '../../src/system-clock.ts'
import { smallRequest } from '../../test/support/policies.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { migratedDatabase, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { inTurns, median, oneByOne } from '../statistics.ts'

type Kind = DatabasePlace['kind']

/** One of each kind that asks nobody outside the broker, all of which allow. */
const POLICIES = [
  { type: 'images', name: 'images', resolve: false, allow: [{ registry: 'registry.example.org', project: 'radio' }] },
  { type: 'limits', name: 'limits', cores: 64, memory: 256, storage: 1000, duration: 'P7D' },
  { type: 'locations', name: 'locations', allow: [{ scheme: 'https', host: '*.example.org', path: '/public/**' }] },
  { type: 'environment', name: 'environment', deny: ['LD_*'] },
  { type: 'quota', name: 'quota', limits: { executions: 100, coreHours: 10_000, storage: 10_000 } },
]
const REQUEST = smallRequest(
  { data: [{ type: 'simple-data-resource', location: 'https://data.example.org/public/stars', storage: 0 }] },
  { environment: { MODE: 'fast' } },
)
const ALLOWED = { of: 'value', atMost: 1 } as const
const silent = { answered: () => undefined, failed: () => undefined }

export const callers: Bench = {
  name: 'callers',
  measures:
    'Below HTTP, one after another: finding out who asks, by a password and by an access token that were seen before, and ' +
    'asking one policy of each kind that asks nobody outside the broker. Counting for a quota is a part of the ' +
    'transaction that books or accepts, and stands for itself.',
  baseline:
    'The same in the open mode, without policies. For the quota: a transaction that does nothing, in the same database.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(kind: Kind, makePlace: () => Promise<DatabasePlace>, effort: Effort): Promise<Reading[]> {
  return cleanly(async (later) => {
    const database = await migratedDatabase(makePlace, later)
    const { config } = loadConfig({ environment: {}, options: { policies: POLICIES, identity: {} } })
    const site = await policiesOf(config, systemClock)
    later(() => site.close())
    const ids = idSource(Date.now)
    const password = 'a password of the bench'
    const actor = { id: 'bench', name: 'bench', address: '127.0.0.1' }
    const { identity, names } = identitiesHere(config.identity, { database, clock: systemClock, ids })
    const account = await createAccount(database, names, ids.uuid(), { username: 'ada', password }, actor, Date.now())
    const { token, digest } = makeToken()
    await accessTokens.insert(
      database,
      account.id,
      { id: ids.uuid(), name: 'bench', digest, groups: [], expiresAt: undefined },
      Date.now(),
    )
    const chain = new PolicyChain(site.policies, silent, 60_000)
    const none = new PolicyChain([], silent, 60_000)
    const readings: Reading[] = []
    const basic = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`
    for (const [means, authorization] of [
      ['a password', basic],
      ['an access token', `Bearer ${token}`],
    ] as const) {
      const { subject, baseline } = await inTurns(
        effort.rounds,
        () => oneByOne(effort.times(300), () => answered(identity, chain, authorization)),
        () => oneByOne(effort.times(300), () => answered(openIdentity, none, undefined)),
      )
      const [value, least] = [median(subject.flat()), median(baseline.flat())]
      readings.push({
        name: `${kind}, ${means} and the policies, p50`,
        value,
        unit: 'ms',
        baseline: least,
        goal: ALLOWED,
      })
    }
    const desk = new QuotaDesk(site.quotas, silent)
    const caller = { owner: account.id, username: 'ada', roles: ['user'] as const, groups: [] }
    const counted = await inTurns(
      effort.rounds,
      () =>
        oneByOne(effort.times(300), () =>
          database.transaction(async (tx) => {
            const now = Date.now()
            const accounts = desk.quotas.flatMap((quota) => accountsOf(quota, caller))
            await quotas.lock(tx, accounts)
            for (const one of accounts) await quotas.useOf(tx, one, { now, since: 0 })
          }),
        ),
      () => oneByOne(effort.times(300), () => database.transaction(async () => undefined)),
    )
    readings.push({
      name: `${kind}, counting for a quota, p50`,
      value: median(counted.subject.flat()),
      unit: 'ms',
      baseline: median(counted.baseline.flat()),
    })
    return readings
  })
}

/** Finds out who asks, and asks the policies; as the routes do it. */
async function answered(
  identity: IdentitySource,
  chain: PolicyChain,
  authorization: string | undefined,
): Promise<void> {
  const headers = authorization === undefined ? {} : { authorization }
  const caller = await identity.identify({ headers, peer: '127.0.0.1', address: '127.0.0.1' })
  if (!caller) throw new Error('the caller is not known')
  const { request, messages } = await chain.judge({ moment: 'offer', now: Date.now(), caller, request: REQUEST })
  if (!request) throw new Error(`it was refused: ${messages.map(({ text }) => text).join(' ')}`)
}
