/** Leftovers of an account that was disabled: offers that hold capacity, and programs that run. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { allText, containerRequest, cores, startOf } from '../support/api.ts'
import { runCommand } from '../support/command.ts'

const MANY = 4
const platforms = [
  {
    type: 'simulated',
    name: 'simulated',
    duration: 'PT1H',
    pools: [{ name: 'default', cores: 8, memory: 64, storage: 100 }],
  },
]

let setting: BrokerWithAccounts
beforeAll(async () => {
  setting = await brokerWithAccounts({ platforms, 'offers.share': 1 })
})
afterAll(() => setting.broker.close())

const asking = (min: number) =>
  containerRequest({}, { compute: cores(min), schedule: { requested: { duration: 'PT1H' } } })
const uuidOf = async (user: CallerApi) => (await user.get<Schemas['Account']>('/account')).body.uuid ?? ''
const change = (uuid: string, body: object) => setting.admin.post<Schemas['Problem']>(`/admin/identities/${uuid}`, body)
const running = async (user: CallerApi, min = 1) => {
  const uuid = await user.run(asking(min))
  await user.reaches(uuid, 'AVAILABLE')
  return uuid
}

/** A server with data whose answers wait until they are let go; `asked` waits for so many questions. */
async function holdingServer() {
  const held: (() => void)[] = []
  let heard = () => {}
  const server: Server = createServer((_, response) => {
    held.push(() => response.writeHead(200, { 'content-length': '5', 'accept-ranges': 'bytes' }).end())
    heard()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: async (count: number) => {
      while (held.length < count) await new Promise<void>((resolve) => (heard = resolve))
    },
    letGo: () => held.splice(0).forEach((answer) => answer()),
    close: () => server.closeAllConnections() ?? server.close(),
  }
}

describe('an account that is disabled while its request is looked at', { timeout: 120_000 }, () => {
  it.each<[string, string, string, Record<string, string>]>([
    ['has no offers', 'gus', '/offersets', {}],
    ['has no offers, with a key', 'hal', '/offersets', { 'Idempotency-Key': 'one' }],
    ['runs nothing', 'ian', '/executions', {}],
    ['runs nothing, in the published spelling and with a key', 'joe', '/direct', { 'Idempotency-Key': 'two' }],
  ])('%s, and its neighbours have theirs', async (_, name, path, headers) => {
    const [user, other] = [await setting.user(name), await setting.user(`not-${name}`)]
    const data = await holdingServer()
    try {
      const wanting = (file: string) => ({
        ...asking(1),
        data: [{ kind: KIND.simpleData, location: `${data.url}/${file}` }],
      })
      const theirs = other.post<Schemas['OfferSet']>('/offersets', wanting('theirs'), {
        Prefer: 'return=representation',
      })
      const mine = user.post<Schemas['Problem']>(path, wanting('mine'), headers)
      await data.asked(2)
      expect((await change(await uuidOf(user), { disabled: true, cancelExecutions: true })).status).toBe(200)
      data.letGo()
      const { status, body } = await mine
      expect([status, body.detail]).toEqual([403, expect.stringContaining('was disabled just now') as string])
      const { result, meta } = (await theirs).body
      expect(result).toBe('YES')
      await other.post(`/offersets/${meta.uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
      const listed = await setting.admin.get<Schemas['OfferSetList']>(`/offersets?OWNER=${name}`)
      expect(listed.body.offersets).toEqual([])
    } finally {
      data.close()
    }
  })
})

describe('a disabled account', { timeout: 120_000 }, () => {
  it('holds nothing by open offers, and its programs go on', async () => {
    const [ada, bob] = [await setting.user('ada'), await setting.user('bob')]
    const uuid = await running(ada)
    const sets = [await ada.offers(asking(3)), await ada.offers(asking(4))]
    await change(await uuidOf(ada), { disabled: true })
    for (const { offers = [] } of sets)
      for (const { meta } of offers) {
        const offer = await setting.admin.execution(meta.uuid ?? '')
        expect([offer.phase, allText(offer)[0]]).toEqual(['REJECTED', 'The account of the owner was disabled.'])
      }
    const set = await bob.offers(asking(7))
    expect(startOf(set.offers?.[0] as Schemas['Execution']).promisedAt - Date.now()).toBeLessThan(60_000)
    await bob.post(`/offersets/${set.meta.uuid}`, { kind: 'uri:enum-value-update', path: 'phase', value: 'REJECTED' })
    expect((await setting.admin.execution(uuid)).phase).toBe('AVAILABLE')
    await setting.admin.setPhase(uuid, 'CANCELLED')
  })

  it.each<[string, string, (user: CallerApi) => Promise<unknown>]>([
    ['over HTTP', 'cleo', async (user) => change(await uuidOf(user), { disabled: true, cancelExecutions: true })],
    [
      'in a second step',
      'dora',
      async (user) => {
        const uuid = await uuidOf(user)
        await change(uuid, { disabled: true })
        await change(uuid, { disabled: true, cancelExecutions: true })
      },
    ],
  ])('has its executions cancelled where that is asked for, and no others: %s', async (_, name, disable) => {
    const [user, other] = [await setting.user(name), await setting.user(`not-${name}`)]
    const mine = await Promise.all(Array.from({ length: MANY }, () => running(user)))
    const theirs = await running(other)
    await disable(user)
    for (const uuid of mine) {
      const ended = await setting.admin.execution(uuid)
      expect([ended.phase, allText(ended)]).toEqual([
        'CANCELLED',
        expect.arrayContaining(['The account of the owner was disabled.']) as string[],
      ])
    }
    expect((await setting.admin.execution(theirs)).phase).toBe('AVAILABLE')
    await other.setPhase(theirs, 'CANCELLED')
  })

  it('gets no more for what it runs, and whoever looks after the broker can take some away', async () => {
    const gwen = await setting.user('gwen')
    const [uuid, account] = [await running(gwen), await uuidOf(gwen)]
    await change(account, { disabled: true })
    const extend = (delta: number) =>
      setting.admin.post<Schemas['Problem']>(`/executions/${uuid}`, {
        kind: KIND.deltaUpdate,
        path: '/schedule/available/duration',
        delta,
        units: 's',
      })
    const { status, body } = await extend(60)
    expect([status, body.detail]).toEqual([403, expect.stringContaining('is disabled') as string])
    expect([(await extend(0)).status, (await extend(-60)).status]).toEqual([200, 200])
    await change(account, { disabled: false })
    expect((await extend(60)).status).toBe(200)
    await setting.admin.setPhase(uuid, 'CANCELLED')
  })

  it('is needed for that', async () => {
    const eve = await setting.user('eve')
    const uuid = await running(eve)
    for (const body of [{ cancelExecutions: true }, { disabled: false, cancelExecutions: true }]) {
      const { status, body: problem } = await change(await uuidOf(eve), body)
      expect([status, problem.errors?.[0]]).toMatchObject([422, { pointer: '/cancelExecutions' }])
    }
    expect((await eve.execution(uuid)).phase).toBe('AVAILABLE')
    await eve.setPhase(uuid, 'CANCELLED')
  })

  it('is disabled on the command line, with what it runs', async () => {
    const fay = await setting.user('fay')
    const uuid = await running(fay)
    const { body } = await setting.admin.post<Schemas['AccessToken']>('/account/tokens', { name: 'cli' })
    const environment = { BROKER_URL: setting.broker.url, BROKER_TOKEN: body.token ?? '' }
    expect((await runCommand(['admin', 'disable', 'fay', '--cancel'], { environment })).stdout).toMatch(
      /^fay .*disabled/m,
    )
    expect((await setting.admin.execution(uuid)).phase).toBe('CANCELLED')
  })
})
