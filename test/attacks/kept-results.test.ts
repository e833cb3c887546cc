/** Attacks on what others were promised, by results that stay on a platform because nobody takes them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { allText, containerRequest, messageNames, startOf } from '../support/api.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

/** GiB of the pool. */
const STORAGE = 100

describe('results that are kept take nothing from others:', { timeout: 120_000 }, () => {
  let data: DataServer
  let setting: BrokerWithAccounts
  let mallory: CallerApi
  let bob: CallerApi
  beforeAll(async () => {
    data = await startDataServer()
    data.files.set('/in', { content: Buffer.from('something') })
    setting = await brokerWithAccounts({
      'data.keepUnsaved': 'P1D',
      'offers.share': 1,
    })
    ;[mallory, bob] = [await setting.user('mallory'), await setting.user('bob')]
  })
  afterAll(async () => {
    await setting.broker.close()
    await data.close()
  })

  /** A request whose program fails, and leaves a result in storage of this size in GiB. */
  const failing = (size: number, about: Partial<Schemas['ExecutionRequest']> = {}) =>
    containerRequest(
      { command: ['cp', '/in/content', '/out/content'], environment: { SIMULATED_EXIT_CODE: '3' } },
      {
        storage: [{ kind: KIND.simpleStorage, meta: { name: 'room' }, size: { min: size } }],
        data: ['in', 'out'].map((name) => ({
          ...{ kind: KIND.simpleData, meta: { name }, storage: 'room', location: `${data.url}/${name}` },
          ...(name === 'out' ? { access: 'WRITEONLY' as const } : {}),
        })),
        compute: {
          kind: KIND.simpleCompute,
          volumes: ['in', 'out'].map((resource) => ({
            ...{ kind: KIND.simpleVolumeMount, path: `/${resource}`, resource },
          })),
        },
        ...about,
      },
    )
  const lasting = (duration: string) => ({ schedule: { requested: { duration } } })
  const holding = (size: number, duration: string) =>
    containerRequest({}, { storage: [{ kind: KIND.simpleStorage, size: { min: size } }], ...lasting(duration) })
  /** Runs it; gives what is said of its result when that is settled. */
  const saidOf = async (who: CallerApi, uuid: string) => {
    let failed = await who.reaches(uuid, 'FAILED')
    while (messageNames(failed.data?.[1]).length === 0) failed = await who.execution(uuid)
    const text = allText(failed).find((one) => /^The results for/.test(one)) ?? ''
    return { text, until: Date.parse(/until (\S+?Z)/.exec(text)?.[1] ?? '') }
  }

  it('the storage that was promised to others is free by then', async () => {
    const mine = await mallory.offers(failing(20, lasting('PT10M')))
    const uuid = mine.offers?.[0]?.meta?.uuid as string
    const theirs = await bob.offers(holding(STORAGE, 'PT1H'))
    const promised = theirs.offers?.[0] as Schemas['Execution']
    const { promisedAt } = startOf(promised)
    const bobs = promised.meta?.uuid as string
    await bob.setPhase(bobs, 'ACCEPTED')
    await mallory.setPhase(uuid, 'ACCEPTED')
    const { text, until } = await saidOf(mallory, uuid)
    expect(text).toContain('a shorter time than usual: their storage is promised to others from then on')
    expect(until).toBeLessThanOrEqual(promisedAt)
    expect(startOf(await bob.execution(bobs)).promisedAt).toBeLessThanOrEqual(promisedAt)
    await bob.setPhase(bobs, 'CANCELLED')
  })
  it('storage in which nothing was written is given back when it was measured', async () => {
    const own = await brokerWithAccounts({ 'execution.measureEvery': 'PT0.2S' })
    const [dora, emil] = [await own.user('dora'), await own.user('emil')]
    const { until } = await saidOf(dora, await dora.run(failing(25, lasting('PT5M'))))
    expect(until).toBeGreaterThan(Date.now() + 3_600_000)
    const startsAt = async () => {
      const { offers = [] } = await emil.offers(holding(STORAGE - 1, 'PT5M'))
      for (const { meta } of offers) await emil.setPhase(meta?.uuid as string, 'REJECTED')
      return startOf(offers[0] as Schemas['Execution']).promisedAt
    }
    while ((await startsAt()) > until - 3_600_000) expect(Date.now()).toBeLessThan(until)
    await own.broker.close()
  })
  it('one user keeps no more than a share of the pool beyond the time that was booked', async () => {
    const untils: number[] = []
    const hour = Date.now() + 3_600_000
    const carol = await setting.user('carol')
    for (let one = 0; one < 4; one++)
      untils.push((await saidOf(carol, await carol.run(failing(10, lasting('PT5M'))))).until)
    expect(untils.map((until) => until > hour)).toEqual([true, true, false, false])
  })
})
