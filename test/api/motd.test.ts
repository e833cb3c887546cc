import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import * as motd from '../../src/store/message-of-the-day.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { testDatabase } from '../support/database.ts'

let setting: BrokerWithAccounts
let ada: CallerApi
let operator: CallerApi
beforeAll(async () => {
  setting = await brokerWithAccounts()
  ada = await setting.user('ada')
  operator = await setting.user('olga', { roles: ['user', 'operator'] })
})
afterAll(() => setting.broker.close())

const say = (body: object) => operator.post<Schemas['Motd'] & Schemas['Problem']>('/admin/motd', body)
const clear = () => operator.send('DELETE', '/admin/motd', undefined, {})
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const shown = async () => (await ada.get<Schemas['Account']>('/account')).body.motd
const notes = async () => {
  const answer = await fetch(`${setting.anonymous.url}/availability`)
  return [...(await answer.text()).matchAll(/<vosi:note>(.*)<\/vosi:note>/g)].map(([, note]) => note)
}

describe('the message of the day', () => {
  it('is shown to callers and to the Virtual Observatory until it is taken away', async () => {
    expect((await say({ text: 'The disks are replaced on Thursday.', until: inHours(1) })).status).toBe(200)
    expect([await shown(), await notes()]).toEqual([
      'The disks are replaced on Thursday.',
      ['The disks are replaced on Thursday.'],
    ])
    expect((await clear()).status).toBe(204)
    expect([await shown(), await notes()]).toEqual([undefined, []])
    expect((await operator.get('/admin/motd')).body).toEqual({})
  })
  it('goes by itself when its time is over', async () => {
    const test = await testDatabase()
    await motd.set(test.database, { text: 'Soon over.', setAt: 1_000, untilAt: 2_000 })
    expect([await motd.find(test.database, 1_999), await motd.find(test.database, 2_000)]).toEqual([
      { text: 'Soon over.', setAt: 1_000, untilAt: 2_000 },
      undefined,
    ])
    await test.drop()
  })
  it('is text wherever it is shown', async () => {
    const text = '<b>R&D</b> "]]>" ${1}'
    await say({ text })
    expect([await shown(), await notes()]).toEqual([text, ['&#60;b&#62;R&#38;D&#60;/b&#62; &#34;]]&#62;&#34; ${1}']])
    await clear()
  })
  it('is in the record', async () => {
    await say({ text: 'One.' })
    await clear()
    const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?LAST=2')
    expect(body.entries?.map(({ action, actorName }) => [action, actorName])).toEqual([
      ['clear motd', 'olga'],
      ['set motd', 'olga'],
    ])
  })
  it.each([
    [{}, '/text'],
    [{ text: '  ' }, '/text'],
    [{ text: 'x'.repeat(501) }, '/text'],
    [{ text: 'two\nlines' }, '/text'],
    [{ text: '\u001b[31mred' }, '/text'],
    [{ text: 'turned \u202e round' }, '/text'],
    [{ text: 'Over.', until: inHours(-1) }, '/until'],
    [{ text: 'Over.', until: 'tomorrow' }, '/until'],
    [{ text: 'Over.', colour: 'red' }, '/colour'],
  ])('is one short line of plain text: %j', async (body, pointer) => {
    const refused = await say(body)
    expect([refused.status, refused.body.errors?.map((fault) => 'pointer' in fault && fault.pointer)]).toEqual([
      400,
      [pointer],
    ])
  })
})
