import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'

let setting: BrokerWithAccounts
let ada: CallerApi
let bob: CallerApi
let operator: CallerApi
let made: { ada: string; bob: string }
beforeAll(async () => {
  setting = await brokerWithAccounts()
  ada = await setting.user('ada')
  bob = await setting.user('bob')
  operator = await setting.user('olga', { roles: ['user', 'operator'] })
  made = { ada: await ada.run(containerRequest()), bob: await bob.run(containerRequest()) }
  await ada.reaches(made.ada, 'COMPLETED')
  await bob.reaches(made.bob, 'COMPLETED')
})
afterAll(() => setting.broker.close())

async function listed(caller: CallerApi, query: string) {
  const { status, body } = await caller.get<Schemas['ExecutionList']>(`/executions${query}`)
  return { status, found: (body.executions ?? []).map(({ meta, user, phase }) => [meta.uuid, user, phase]) }
}
const ofAda = () => [made.ada, 'ada', 'COMPLETED']
const ofBob = () => [made.bob, 'bob', 'COMPLETED']

describe('what everybody has', () => {
  it('is listed for operators and administrators, with the user, newest first and in pages', async () => {
    for (const caller of [operator, setting.admin])
      expect((await listed(caller, '?OWNER=all')).found).toEqual([ofBob(), ofAda()])
    expect((await listed(operator, '?OWNER=ALL&LAST=1')).found).toEqual([ofBob()])
    expect((await listed(operator, `?OWNER=all&cursor=${made.bob}`)).found).toEqual([ofAda()])
    expect((await listed(operator, '?OWNER=all&PHASE=AVAILABLE')).found).toEqual([])
    expect((await listed(operator, '')).found).toEqual([])
    const sets = await operator.get<Schemas['OfferSetList']>('/offersets?OWNER=all')
    expect(sets.body.offersets).toHaveLength(2)
    const sessions = await operator.get<Record<string, unknown[]>>('/sessions?OWNER=all')
    expect(sessions.body.sessions).toHaveLength(2)
  })

  it('is listed of one user, by the name in either case or the UUID of the account', async () => {
    const { body } = await ada.get<Schemas['Account']>('/account')
    for (const name of ['ada', 'Ada', body.uuid])
      expect((await listed(operator, `?OWNER=${name}`)).found).toEqual([ofAda()])
    expect((await listed(operator, '?OWNER=olga')).found).toEqual([])
    const nobody = await operator.get<Schemas['Problem']>('/executions?OWNER=nobody')
    expect([nobody.status, nobody.body.detail]).toEqual([
      400,
      "The parameter OWNER is not right: 'nobody' is neither self, shared nor all, nor the name of a user.",
    ])
  })

  it('is not there for others, who do not learn either which users there are', async () => {
    for (const whose of ['all', 'bob', 'nobody', "' or true --"]) {
      const { status, body } = await ada.get<Schemas['Problem']>(`/executions?OWNER=${encodeURIComponent(whose)}`)
      expect([status, body.detail]).toEqual([403, expect.stringContaining('OWNER=shared')])
    }
    expect((await listed(ada, '?OWNER=ada')).found).toEqual([[made.ada, undefined, 'COMPLETED']])
  })

  it('says in one execution whose it is, to those who look after the broker alone', async () => {
    expect((await operator.execution(made.ada)).user).toBe('ada')
    expect((await ada.execution(made.ada)).user).toBeUndefined()
  })
})
