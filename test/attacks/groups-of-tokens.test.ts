/** Attacks on policies and quotas of groups by whoever is in such a group only by the word of an issuer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { containerRequest } from '../support/api.ts'
import { bearer, brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

let issuer: TokenIssuer
let setting: BrokerWithAccounts
beforeAll(async () => {
  issuer = await tokenIssuer()
  setting = await brokerWithAccounts({
    identity: { issuers: [{ issuer: issuer.issuer, name: 'sso', audience: [AUDIENCE] }] },
    policies: [
      { type: 'limits', name: 'short', groups: ['students'], duration: 'PT10M' },
      { type: 'limits', name: 'small', notGroups: ['staff'], cores: 2 },
      { type: 'quota', name: 'few', of: 'group', groups: ['students'], limits: { executions: 1 } },
    ],
  })
})
afterAll(async () => {
  await setting.broker.close()
  await issuer.close()
})

/** Callers of one user: with a token of the issuer that asserts groups, and with an access token made with it. */
async function callersOf(sub: string, groups: string[]) {
  const asserted = setting.as(bearer(await issuer.token({ sub, preferred_username: sub, groups })))
  const made = await asserted.post<Schemas['AccessToken']>('/account/tokens', { name: 'script' })
  expect(made.status).toBe(201)
  return { asserted, script: setting.as(bearer(made.body.token ?? '')) }
}
const hours = containerRequest({}, { schedule: { requested: { duration: 'PT10H' } } })
const cores = containerRequest({}, { compute: { kind: KIND.simpleCompute, cores: { min: 4 } } })
const lasting = containerRequest(
  { environment: { SIMULATED_DURATION: 'PT5M' } },
  { schedule: { requested: { duration: 'PT5M' } } },
)

describe('an access token leads past no policy of a group that an issuer asserts:', () => {
  it('the limits of the group hold', async () => {
    const { asserted, script } = await callersOf('mallory', ['students'])
    expect([(await asserted.offers(hours)).result, (await script.offers(hours)).result]).toEqual(['NO', 'NO'])
  })
  it('the quota of the group counts what is run with it', async () => {
    const { asserted, script } = await callersOf('trudy', ['students'])
    const first = await script.run(lasting)
    expect((await asserted.offers(lasting)).result).toBe('NO')
    expect((await script.offers(lasting)).result).toBe('NO')
    await script.setPhase(first, 'CANCELLED')
  })
  it('and what the group is excepted from holds, as nobody asserts it now', async () => {
    const { asserted, script } = await callersOf('eve', ['staff'])
    expect([(await asserted.offers(cores)).result, (await script.offers(cores)).result]).toEqual(['YES', 'NO'])
  })
  it('an access token has the groups that it was made with, and gives no right by them', async () => {
    const { script } = await callersOf('peggy', ['students'])
    expect((await script.get<Schemas['Account']>('/account')).body.groups ?? []).toEqual([])
  })
})
