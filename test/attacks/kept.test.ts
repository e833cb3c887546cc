/** Attacks on the room of the database by what a broker keeps of requests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/system-clock.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest, cores } from '../support/api.ts'
import { testBroker } from '../support/broker.ts'

const BYTES_PER_USER = 10_485_760
const OPTIONS = {
  'retention.bytesPerUser': BYTES_PER_USER,
  'retention.offers': 'PT0.001S',
  'retention.details': 'PT0.001S',
}
const words = (count: number) => Array.from({ length: count }, () => 'x'.repeat(100_000))
const large = (about: Partial<Schemas['ExecutionRequest']> = {}) => containerRequest({ command: words(9) }, about)
/** Each request is kept twice at least: once as it is, and once in its offer. */
const MOST = Math.floor(BYTES_PER_USER / 1_800_000)
const many = <Result>(count: number, act: (one: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, one) => act(one)))

describe('nobody fills the database', { timeout: 300_000 }, () => {
  let setting: BrokerWithAccounts
  let users = 0
  const user = () => setting.user(`mallory-${users++}`)
  beforeAll(async () => {
    setting = await brokerWithAccounts({ ...OPTIONS, identity: {} })
  })
  afterAll(() => setting.broker.close())

  const ask = (who: CallerApi, body: unknown, headers = {}) =>
    who.post<Schemas['OfferSet'] & Schemas['Problem']>('/offersets', body, {
      Prefer: 'return=representation',
      ...headers,
    })
  const askInChunks = async (who: CallerApi, body: unknown) => {
    const headers = { 'Content-Type': 'application/json', Prefer: 'return=representation', ...who.credentials }
    const stream = new Blob([JSON.stringify(body)]).stream()
    const url = `${setting.broker.url}/offersets`
    return (await fetch(url, { method: 'POST', headers, body: stream, duplex: 'half' })).status
  }
  /** Asks until there is no room; gives how often that was answered, and the refusal. */
  const untilFull = async (who: CallerApi) => {
    for (let answered = 0; ; answered++) {
      const answer = await ask(who, large())
      if (answer.status !== 200) return { answered, ...answer }
    }
  }

  it.each<[string, unknown]>([
    ['of a kind that is unknown', { executable: { kind: 'uri:unknown', words: words(9) } }],
    ['for more than there is', large({ compute: cores(1_000_000) })],
    ['for longer than anything is offered', large({ schedule: { requested: { duration: 'P100Y' } } })],
    ['with long names of resources that are not there', large({ storage: [{ kind: 'x'.repeat(10_000) }] as never })],
  ])('by requests %s, of which no more than the reasons is kept', async (_, body) => {
    const who = await user()
    for (let one = 0; one < 24; one++) {
      const { status, body: set } = await ask(who, body)
      expect([status, set.result]).toEqual([200, 'NO'])
    }
  })

  it('by requests that are offered something, and is told which setting it is and when room comes', async () => {
    const who = await user()
    const { answered, status, headers, body } = await untilFull(who)
    expect([status, body.type]).toEqual([429, 'urn:ivoa:execution-broker:problem:too-much-kept'])
    expect(answered).toBeLessThanOrEqual(MOST)
    expect(body.detail).toMatch(
      /^The records of your requests and offers take \d+ of 10485760 bytes \(retention\.bytesPerUser, the same for every user\), and this request may take \d+ more\. The first of that leaves at 2\d{3}-\S+Z\. Ask again then, or ask with a smaller request/,
    )
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    // A small one still finds room, and others are not concerned.
    expect((await ask(who, containerRequest())).status).toBe(200)
    expect((await ask(await user(), large())).status).toBe(200)
  })

  it('by many requests at the same moment', async () => {
    const who = await user()
    const answers = await many(12, () => ask(who, large()))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(MOST)
  })

  it('by running at once, with keys, or by a body whose length is not said', async () => {
    const who = await user()
    await untilFull(who)
    const run = await who.post<Schemas['Problem']>('/executions', large())
    expect([run.status, run.body.status]).toEqual([429, 429])
    expect((await ask(who, large(), { 'Idempotency-Key': 'one' })).status).toBe(429)
    expect(await askInChunks(who, large())).toBe(429)
  })

  it('by descriptions that are given later', async () => {
    const who = await user()
    const describe = async (uuid: string, value: string) => {
      const body = { kind: KIND.stringUpdate, path: 'meta/description', value }
      return (await who.post(`/executions/${uuid}`, body)).status
    }
    const uuids = []
    for (let one = 0; one < 4; one++) uuids.push(await who.run(containerRequest()))
    const [first = '', second = '', third = '', last = ''] = uuids
    // As long as it may be: so many bytes are no more than what two small requests take.
    const long = '🔭'.repeat(10_000)
    for (const uuid of [first, second]) expect(await describe(uuid, long)).toBe(200)
    const fill = (length: number) =>
      ask(who, containerRequest({ command: words(9).map((word) => word.slice(0, length)) }), { Prefer: 'offers=1' })
    for (const length of [90_000, 9_000, 900]) while ((await fill(length)).status !== 429);
    expect([await describe(third, long), await describe(last, long)]).toEqual([429, 429])
    // What is as long takes no more, and what is shorter gives room back.
    expect(await describe(first, `${long.slice(2)}🪐`)).toBe(200)
    expect([await describe(first, ''), await describe(second, '')]).toEqual([200, 200])
    expect(await describe(last, long)).toBe(200)
  })

  it('and a small body whose length is not said still finds room, as one whose length is said', async () => {
    const who = await user()
    await untilFull(who)
    for (const body of [containerRequest(), containerRequest({ command: ['x'.repeat(1_000)] })])
      expect([await askInChunks(who, body), (await ask(who, body)).status]).toEqual([200, 200])
  })

  it.each([
    [{ 'offers.perSet': 100 }, /bytesPerUser to 105906176 or more, or offers\.perSet to 9 or less/],
    [{ 'offers.perSet': 10 }, /bytesPerUser to 11534336 or more/],
    [{ 'offers.perSet': 19, 'retention.bytesPerUser': 20_000_000 }, /offers\.perSet to 18 or less/],
  ])('and no site has so little room that the largest request never finds any: %o', async (options, said) => {
    await expect(testBroker({ ...OPTIONS, identity: {}, ...options })).rejects.toThrow(said)
  })

  it('through another process on the same database', async (context) => {
    if (!setting.broker.databaseUrl) return context.skip('the embedded database has one process')
    const who = await user()
    await untilFull(who)
    const other = await testBroker({ ...OPTIONS, identity: {} }, systemClock, setting.broker)
    try {
      const { status } = await fetch(`${other.url}/offersets`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...who.credentials },
        body: JSON.stringify(large()),
      })
      expect(status).toBe(429)
    } finally {
      await other.close()
    }
  })

  it('and there is room again when what was kept has left', async () => {
    const who = await user()
    await untilFull(who)
    const { body } = await who.get<{ offersets: Schemas['OfferSet'][] }>('/offersets')
    for (const { meta } of body.offersets)
      await who.post(`/offersets/${meta.uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
    // The house is kept when a broker starts.
    await setting.broker.restart()
    const again = setting.as(who.credentials)
    for (;;) if ((await ask(again, large())).status === 200) break
  })
})
