import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { containerRequest, cores, messageNames } from '../support/api.ts'

const HOUR_MS = 3_600_000
const REASON = 'The disks are replaced.'

let setting: BrokerWithAccounts
let ada: CallerApi
let operator: CallerApi
beforeAll(async () => {
  setting = await brokerWithAccounts({
    platforms: [{ type: 'simulated', name: 'sim', pools: [{ name: 'only', cores: 4, memory: 8, storage: 50 }] }],
  })
  ada = await setting.user('ada')
  operator = await setting.user('olga', { roles: ['user', 'operator'] })
})
afterAll(() => setting.broker.close())

const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString()
const maintain = (body: object) =>
  operator.post<Schemas['Maintenance'] & Schemas['Problem']>('/admin/maintenance', {
    platform: 'sim',
    pool: 'only',
    reason: REASON,
    ...body,
  })
const end = (uuid: string) => operator.send('DELETE', `/admin/maintenance/${uuid}`, undefined, {})
const windows = async () =>
  (await operator.get<Schemas['MaintenanceList']>('/admin/maintenance')).body.maintenance ?? []
/** Asks for ten minutes that start within an hour from then on. */
const ask = (needed = 1, from = 1) =>
  ada.offers(
    containerRequest(
      {},
      {
        compute: cores(needed),
        schedule: { requested: { duration: 'PT10M', start: [`${inHours(from)}/PT1H`] } },
      },
    ),
  )
const giveUp = (offerSet = '') =>
  ada.post(`/offersets/${offerSet}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
/** What the answer to such a request is; what is offered is given up. */
const answerTo = async (needed = 1) => {
  const { result, meta } = await ask(needed)
  if (result === 'YES') expect((await giveUp(meta.uuid)).status).toBe(200)
  return result
}

beforeEach(async () => {
  for (const { uuid } of await windows()) await end(uuid)
})

describe('a window of maintenance', () => {
  it('has nothing offered in it, and a NO names it and its end', async () => {
    const { status, body } = await maintain({ from: inHours(0.5), until: inHours(5) })
    expect([status, body.promises, body.capacity]).toEqual([
      201,
      undefined,
      { cores: 0, memory: 0, storage: 0, accelerators: 0 },
    ])
    const { result, meta } = await ask()
    expect([result, messageNames({ meta })]).toEqual(['NO', ['no-capacity', 'pool-maintenance']])
    expect(meta.messages?.[1]?.message).toContain(REASON)
    expect(meta.messages?.[1]?.message).toContain(`until ${body.until}`)
  })
  it('leaves as much as it says', async () => {
    await maintain({ until: inHours(5), capacity: { cores: 2 } })
    expect([await answerTo(2), await answerTo(3)]).toEqual(['YES', 'NO'])
  })
  it('is for all pools of a platform when it names none', async () => {
    await maintain({ pool: undefined, until: inHours(5) })
    expect(await answerTo()).toBe('NO')
  })
  it('can be ended early, and is free at once', async () => {
    const { body } = await maintain({ until: inHours(5) })
    expect((await end(body.uuid)).status).toBe(204)
    expect([await answerTo(), await windows()]).toEqual(['YES', []])
    expect((await end(body.uuid)).status).toBe(404)
  })
  it('is in the timeline of its pool', async () => {
    const { body: made } = await maintain({ from: inHours(1), until: inHours(2) })
    const { body } = await operator.get<Schemas['PoolTimeline']>('/admin/pools/only/timeline?hours=4')
    expect(body.maintenance?.map(({ uuid, reason }) => [uuid, reason])).toEqual([[made.uuid, REASON]])
    const cores = body.resources.find(({ resource }) => resource === 'cores')?.steps ?? []
    expect([...new Set(cores.map(({ capacity }) => capacity))]).toEqual([4, 0])
  })
  it('is in the record', async () => {
    const { body } = await maintain({ until: inHours(5) })
    await end(body.uuid)
    const { body: log } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?LAST=2')
    expect(log.entries).toMatchObject([
      { actorName: 'olga', action: 'end maintenance', target: body.uuid },
      { actorName: 'olga', action: 'create maintenance', target: body.uuid },
    ])
  })
})

describe('what is promised already', () => {
  it('keeps a window from being made, which says what is in the way', async () => {
    const { offers: [offer] = [], meta } = await ask(1, 12)
    const { status, body } = await maintain({ from: inHours(11), until: inHours(20) })
    expect([status, body.type]).toEqual([409, 'urn:ivoa:execution-broker:problem:promised'])
    const details = body.errors?.map(({ detail }) => detail) ?? []
    expect(details.some((detail) => detail.includes(`the execution ${offer?.meta.uuid} is OFFERED`))).toBe(true)
    expect(await windows()).toEqual([])
    await giveUp(meta.uuid)
  })
  it('is in nobody’s way where enough is left', async () => {
    const { meta } = await ask(1, 12)
    expect((await maintain({ from: inHours(11), until: inHours(20), capacity: { cores: 3 } })).status).toBe(201)
    await giveUp(meta.uuid)
  })
  it('is withdrawn with force as far as nobody has accepted it, and kept otherwise', async () => {
    const { offers: [accepted] = [] } = await ask(1, 12)
    await ada.setPhase(accepted?.meta.uuid ?? '', 'ACCEPTED')
    const { offers = [] } = await ask(1, 12)
    const { status, body } = await maintain({ from: inHours(11), until: inHours(20), force: true })
    expect([status, body.withdrawn, body.promises?.map(({ uuid, phase }) => [uuid, phase])]).toEqual([
      201,
      offers.length,
      [[accepted?.meta.uuid, expect.stringMatching(/^(ACCEPTED|WAITING)$/)]],
    ])
    const { body: gone } = await ada.get<Schemas['Execution']>(`/executions/${offers[0]?.meta.uuid}`)
    expect([gone.phase, messageNames(gone)]).toEqual(['REJECTED', expect.arrayContaining(['maintenance-withdrew'])])
    expect((await ada.setPhase(offers[0]?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(409)
    await ada.setPhase(accepted?.meta.uuid ?? '', 'CANCELLED')
  })
  it('is started at its time although its pool is maintained', async () => {
    // It starts at its time where the pool is maintained before it can start early.
    const { offers: [offer] = [] } = await ada.offers(containerRequest(), { Prefer: 'offers=1, decide-within=PT2S' })
    await ada.setPhase(offer?.meta.uuid ?? '', 'ACCEPTED')
    await maintain({ until: inHours(9), force: true })
    await ada.reaches(offer?.meta.uuid ?? '', 'COMPLETED')
  })
})

describe('a window that is not one', () => {
  it.each([
    [{ until: 'tomorrow' }, 400, '/until'],
    [{ from: inHours(2), until: inHours(1) }, 400, '/until'],
    [{ until: inHours(-1) }, 400, '/until'],
    [{ until: inHours(100_000) }, 400, '/until'],
    [{ until: inHours(1), capacity: {} }, 400, '/capacity'],
    [{ until: inHours(1), capacity: { cores: -1 } }, 400, '/capacity/cores'],
    [{ until: inHours(1), reason: '' }, 400, '/reason'],
    [{ until: inHours(1), everything: true }, 400, '/everything'],
    [{ until: inHours(1), pool: 'none' }, 422, '/pool'],
    [{ until: inHours(1), platform: 'none' }, 422, '/platform'],
  ])('is refused with the field at fault: %j', async (body, status, pointer) => {
    const refused = await maintain(body)
    expect([refused.status, refused.body.errors?.map((fault) => fault.pointer)]).toEqual([status, [pointer]])
  })
})
