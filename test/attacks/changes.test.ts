/** Attacks on the room of the database by changes of one execution that are repeated without end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDuration } from '../../src/domain/dates.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

/** The most changes of one execution that are listed. */
const LISTED = 50

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const DURATION = '/schedule/available/duration'
const CORES = '/compute/cores'
const MEMORY = '/compute/memory'
const extendBy = (delta: number) => ({ kind: KIND.deltaUpdate, path: DURATION, delta, units: 's' })
const setTo = (path: string, value: number) => ({ kind: KIND.integerUpdate, path, value })
const update = async (uuid: string, body: object) => {
  const answer = await api.post<Schemas['Execution']>(`/executions/${uuid}`, body)
  expect(answer.status).toBe(200)
  return answer.body
}
/** An execution that waits for its start in an hour. */
const waiting = () => {
  const start = new Date(Date.now() + 3_600_000).toISOString()
  return api.run(containerRequest({}, { compute: cores(1), schedule: { requested: { start, duration: 'PT1H' } } }))
}
const secondsOf = ({ schedule }: Schemas['Execution']) =>
  parseDuration(schedule?.available?.duration ?? 'PT0S', 0).value / 1000
const changesOf = (execution: Schemas['Execution']) => allText(execution).filter((text) => /changed from/.test(text))

describe('a change of an execution that changes nothing leaves nothing behind:', () => {
  it.each<[string, object]>([
    ['a duration that is 0 longer', extendBy(0)],
    ['the cores that it has', setTo(CORES, 1)],
    ['the memory that it has', setTo(MEMORY, 1)],
    ['the name that it has', { kind: KIND.stringUpdate, path: '/meta/name', value: 'mine' }],
    ['the description that it has', { kind: KIND.stringUpdate, path: '/meta/description', value: 'what it is' }],
  ])('%s', async (_, body) => {
    const uuid = await waiting()
    await update(uuid, { kind: KIND.stringUpdate, path: '/meta/name', value: 'mine' })
    const before = await update(uuid, { kind: KIND.stringUpdate, path: '/meta/description', value: 'what it is' })
    for (let time = 0; time < 5; time++) expect(await update(uuid, body)).toEqual(before)
    await api.setPhase(uuid, 'CANCELLED')
  })
})

describe('changes of an execution without end', { timeout: 60_000 }, () => {
  it('back and forth are said once each, with the last at the end', async () => {
    const uuid = await waiting()
    for (let time = 0; time < 4; time++) for (const count of [2, 1]) await update(uuid, setTo(CORES, count))
    expect(changesOf(await api.execution(uuid))).toEqual([
      'The cores were changed from 1 to 2.',
      'The cores were changed from 2 to 1.',
    ])
    await api.setPhase(uuid, 'CANCELLED')
  })

  it('are listed up to a number, and it is said that earlier ones were left out', async () => {
    const uuid = await waiting()
    await update(uuid, { kind: KIND.stringUpdate, path: '/meta/name', value: 'kept' })
    for (let time = 1; time < LISTED; time++) await update(uuid, extendBy(1))
    expect(allText(await update(uuid, setTo(CORES, 2)))).not.toContainEqual(expect.stringContaining('left out'))
    for (let time = 0; time < 3; time++) await update(uuid, extendBy(1))
    const execution = await api.execution(uuid)
    expect(secondsOf(execution)).toBe(3_600 + LISTED - 1 + 3)
    expect(changesOf(execution)).toHaveLength(LISTED)
    expect(changesOf(execution)[0]).toContain('from PT1H3S to PT1H4S')
    const leftOut = allText(execution).filter((text) => text.includes('left out'))
    expect(leftOut).toEqual(['The last 50 changes of this execution are listed; earlier ones were left out.'])
    await api.setPhase(uuid, 'CANCELLED')
  })
})
