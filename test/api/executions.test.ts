import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { parseDuration } from '../../src/domain/dates.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api, containerRequest, cores, messageNames, UNKNOWN_ID } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const long = { environment: { SIMULATED_DURATION: 'PT1H' } }
const phases = (execution: Schemas['Execution']) => execution.history?.map(({ phase }) => phase)

describe('an execution', () => {
  it('goes from the offer to its end, and tells how', async () => {
    const { offers } = await api.offers(containerRequest({ command: ['echo', 'hello'] }))
    const uuid = offers?.[0]?.meta.uuid as string
    const accepted = await api.setPhase(uuid, 'ACCEPTED')
    expect(accepted.status).toBe(200)
    const ended = await api.ends(uuid)
    // It may wait for a moment, until capacity is found for an early start.
    const seen = phases(ended)?.filter((phase) => phase !== 'WAITING')
    expect(seen).toEqual(['OFFERED', 'ACCEPTED', 'PREPARING', 'AVAILABLE', 'RELEASING', 'COMPLETED'])
    expect(ended.executable).toMatchObject({ phase: 'COMPLETED', exitCode: 0 })
    expect(ended.compute?.phase).toBe('COMPLETED')
    const stdout = await api.get<string>(`/streams/${uuid}/stdout`)
    expect(stdout.body).toBe('hello\n')
  })
  it('is run directly in one request', async () => {
    const { status, headers, body } = await api.post<Schemas['Execution']>('/executions', containerRequest())
    expect(status).toBe(303)
    expect(headers.get('location')).toBe(`${broker.url}/executions/${body.meta.uuid}`)
    expect((await api.ends(body.meta.uuid as string)).phase).toBe('COMPLETED')
  })
  it('that is refused directly is an execution in phase FAILED with the reasons', async () => {
    const { status, body } = await api.post<Schemas['Execution']>(
      '/executions',
      containerRequest({}, { compute: cores(99) }),
    )
    expect(status).toBe(400)
    expect(body.phase).toBe('FAILED')
    expect(messageNames(body)).toEqual(['resource-limit'])
  })
  it('fails with the exit code of its program', async () => {
    const uuid = await api.run(containerRequest({ environment: { SIMULATED_EXIT_CODE: '3' } }))
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('FAILED')
    expect(ended.executable?.exitCode).toBe(3)
    expect(ended.executable?.phase).toBe('FAILED')
    expect(messageNames(ended.executable)).toEqual(['simulated-platform', 'exit-code'])
    expect(ended.compute?.phase).toBe('COMPLETED')
    expect(messageNames(ended.compute)).toEqual([])
  })
  it.each([
    ['134', 'as by SIGABRT'],
    ['137', 'as by SIGKILL'],
    ['143', 'as by SIGTERM'],
    ['158', 'as by SIGPWR'],
  ])('says of exit code %s of its program what it could come from, and blames nobody', async (exitCode, words) => {
    const ended = await api.ends(await api.run(containerRequest({ environment: { SIMULATED_EXIT_CODE: exitCode } })))
    expect(ended.executable?.meta?.messages?.at(-1)).toMatchObject({
      message: `The program ended with exit code ${exitCode}, ${words}.`,
    })
    expect(messageNames(ended.compute)).toEqual([])
  })
  it.each([
    ['image', 'executable', /^Preparing the executable failed: the image example\.org\/test:1 is unknown/],
    ['start', 'executable', /^The program could not be started: /],
    ['memory', 'executable', /used more memory than the 1 GiB/],
    ['lost', 'compute', /^The platform simulated lost the container/],
  ] as const)(
    'fails with a plain message at the component when the platform has trouble: %s',
    async (fail, family, text) => {
      const uuid = await api.run(
        containerRequest({ environment: { SIMULATED_FAIL: fail, SIMULATED_DURATION: 'PT0.1S' } }),
      )
      const ended = await api.ends(uuid)
      expect(ended.phase).toBe('FAILED')
      expect(ended[family]?.phase).toBe('FAILED')
      expect(ended[family]?.meta?.messages?.at(-1)?.message).toMatch(text)
    },
  )
  it('is stopped when its time is over', async () => {
    const uuid = await api.run(containerRequest(long, { schedule: { requested: { duration: 'PT0.3S' } } }))
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('FAILED')
    expect(allText(ended)).toContain('The program was stopped because the granted duration of PT0.3S was over.')
    expect(ended.executable?.exitCode).toBe(143)
  })
  it('says how long its program may go on when its time is over', async () => {
    const request = containerRequest(long, { schedule: { requested: { duration: 'PT5S' } } })
    const { offers } = await api.offers(request, { Prefer: 'offers=1' })
    const offer = offers?.[0] as Schemas['Execution']
    expect(offer.schedule?.available).toMatchObject({ duration: 'PT5S', grace: 'PT3S' })
    await api.setPhase(offer.meta.uuid as string, 'REJECTED')
  })
  it('shows when it really began and ended, once it has', async () => {
    const environment = { SIMULATED_DURATION: 'PT0.2S' }
    const uuid = await api.run(containerRequest({ environment }, { schedule: { requested: { duration: 'PT1H' } } }))
    const { schedule, history = [] } = await api.ends(uuid)
    const since = (wanted: string) => history.find(({ phase }) => phase === wanted)?.since ?? ''
    const instant = (text = '') => Date.parse(text.split('/')[0] ?? '')
    const milliseconds = (duration = '') => parseDuration(duration, 0).value
    const { preparing, available, releasing } = schedule ?? {}
    expect(available?.start).toMatch(/\/PT0S$/)
    // Not the hour that was granted.
    expect(available?.duration).toMatch(/^PT[\d.]+S$/)
    expect(instant(preparing?.start)).toBeLessThanOrEqual(instant(available?.start))
    expect(instant(available?.start)).toBeLessThanOrEqual(instant(releasing?.start))
    expect(instant(releasing?.start)).toBeLessThanOrEqual(instant(since('COMPLETED')))
    expect(instant(releasing?.start) + milliseconds(releasing?.duration)).toBe(instant(since('COMPLETED')))
    expect(instant(available?.start) + milliseconds(available?.duration)).toBe(instant(releasing?.start))
  })
  it('waits for its start, and then starts', async () => {
    const start = new Date(Date.now() + 1_500).toISOString()
    const uuid = await api.run(containerRequest({}, { schedule: { requested: { start } } }))
    const ended = await api.ends(uuid)
    expect(phases(ended)).toEqual([
      'OFFERED',
      'ACCEPTED',
      'WAITING',
      'PREPARING',
      'AVAILABLE',
      'RELEASING',
      'COMPLETED',
    ])
    const began = ended.history?.find(({ phase }) => phase === 'AVAILABLE')?.since as string
    expect(Date.parse(began)).toBeGreaterThanOrEqual(Date.parse(start))
  })
})

describe('cancelling', () => {
  it('is visible at once, and everything is given back soon after', async () => {
    const uuid = await api.run(containerRequest(long, { compute: cores(8) }))
    await api.reaches(uuid, 'AVAILABLE')
    const cancelled = await api.setPhase(uuid, 'CANCELLED')
    expect(cancelled.body.phase).toBe('CANCELLED')
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('CANCELLED')
    expect(ended.compute?.phase).toBe('CANCELLED')
    // All eight cores are free again: another one gets them now.
    await api.ends(
      await api.run(
        containerRequest(
          {},
          { compute: cores(8), schedule: { requested: { start: `${new Date().toISOString()}/PT5S` } } },
        ),
      ),
    )
  })
  it('stops what is being prepared', async () => {
    const uuid = await api.run(containerRequest({ environment: { SIMULATED_IMAGE_DURATION: 'PT1H' } }))
    await api.reaches(uuid, 'PREPARING')
    await api.setPhase(uuid, 'CANCELLED')
    const ended = await api.ends(uuid)
    expect(ended.executable?.phase).toBe('CANCELLED')
    expect(phases(ended)).toEqual(['OFFERED', 'ACCEPTED', 'PREPARING', 'CANCELLED'])
  })
  it('of an execution that waits gives its future back', async () => {
    const start = new Date(Date.now() + 3_600_000).toISOString()
    const uuid = await api.run(containerRequest({}, { schedule: { requested: { start } } }))
    await api.reaches(uuid, 'WAITING')
    await api.setPhase(uuid, 'CANCELLED')
    expect((await api.ends(uuid)).compute?.phase).toBe('CANCELLED')
  })
  it('again changes nothing, and nothing else is possible then', async () => {
    const uuid = await api.run(containerRequest(long))
    expect((await api.setPhase(uuid, 'CANCELLED')).status).toBe(200)
    const again = await api.setPhase(uuid, 'CANCELLED')
    expect([again.status, again.body.phase]).toEqual([200, 'CANCELLED'])
    for (const phase of ['ACCEPTED', 'RELEASING', 'REJECTED']) {
      const other = await api.setPhase(uuid, phase)
      expect(other.status).toBe(409)
      expect((other.body as unknown as Schemas['Problem']).detail).toMatch(/^The execution is CANCELLED/)
    }
    expect(phases(await api.ends(uuid))?.filter((phase) => phase === 'CANCELLED')).toHaveLength(1)
  })
})

describe('updates', () => {
  it('to a phase that the table does not allow are 409 and change nothing', async () => {
    const { offers } = await api.offers(containerRequest())
    const uuid = offers?.[0]?.meta.uuid as string
    const { status, body } = await api.setPhase(uuid, 'COMPLETED')
    expect(status).toBe(409)
    expect((body as unknown as Schemas['Problem']).detail).toMatch(/possible now: ACCEPTED, REJECTED, CANCELLED/)
    expect((await api.execution(uuid)).phase).toBe('OFFERED')
    await api.setPhase(uuid, 'REJECTED')
  })
  it('that make no sense are 422 and name the field', async () => {
    const uuid = await api.run(containerRequest())
    for (const [pointer, words, update] of [
      ['/value', 'is not a phase; ', { kind: KIND.enumUpdate, path: 'phase', value: 'PARTYING' }],
      ['/path', "possible are 'phase'", { kind: KIND.stringUpdate, path: 'compute/colour', value: 'red' }],
      ['/value', 'a name has', { kind: KIND.stringUpdate, path: 'meta/name', value: '' }],
      ['/kind', KIND.enumUpdate, { kind: KIND.stringUpdate, path: 'phase', value: 'CANCELLED' }],
      ['/kind', KIND.deltaUpdate, { kind: KIND.stringUpdate, path: 'schedule/available/duration', value: 'PT1H' }],
    ] as const) {
      const { status, body } = await api.post<Schemas['Problem']>(`/executions/${uuid}`, update)
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([{ pointer, detail: expect.stringContaining(words) as string }])
    }
    await api.ends(uuid)
  })
  it('rename an execution', async () => {
    const uuid = await api.run(containerRequest())
    await api.post(`/executions/${uuid}`, { kind: KIND.stringUpdate, path: '/meta/name', value: 'a better name' })
    expect((await api.ends(uuid)).meta.name).toBe('a better name')
  })
  it('that say "I am done" release an execution that runs', async () => {
    const uuid = await api.run(containerRequest(long))
    await api.reaches(uuid, 'AVAILABLE')
    await api.setPhase(uuid, 'RELEASING')
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('COMPLETED')
  })
  it('that ask for what is so already are answered as the first time, and change nothing', async () => {
    const { offers = [] } = await api.offers(containerRequest(long))
    const [chosen = '', other = ''] = offers.map(({ meta }) => meta.uuid ?? '')
    const twice = async (uuid: string, phase: string) =>
      (await Promise.all([api.setPhase(uuid, phase), api.setPhase(uuid, phase)])).map(({ status }) => status)
    expect(await twice(chosen, 'ACCEPTED')).toEqual([200, 200])
    await api.reaches(chosen, 'AVAILABLE')
    const again = await api.setPhase(chosen, 'ACCEPTED')
    expect([again.status, again.body.phase]).toEqual([200, 'AVAILABLE'])
    expect(await twice(other, 'REJECTED')).toEqual([200, 200])
    expect((await api.setPhase(other, 'ACCEPTED')).status).toBe(409)
    expect(await twice(chosen, 'RELEASING')).toEqual([200, 200])
    const ended = await api.ends(chosen)
    expect((await api.setPhase(chosen, 'RELEASING')).status).toBe(200)
    expect((await api.setPhase(chosen, 'CANCELLED')).status).toBe(409)
    expect(phases(await api.execution(chosen))).toEqual(phases(ended))
    expect(phases(ended)).toEqual([...new Set(phases(ended))])
  })
  it('that race have exactly one winner', async () => {
    const { offers = [] } = await api.offers(containerRequest(long))
    const wishes = offers.flatMap(({ meta }) =>
      ['ACCEPTED', 'REJECTED', 'CANCELLED'].map((phase) => ({ uuid: meta.uuid as string, phase })),
    )
    const answers = await Promise.all(wishes.map(({ uuid, phase }) => api.setPhase(uuid, phase)))
    expect(answers.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(true)
    const after = await Promise.all(offers.map(({ meta }) => api.execution(meta.uuid as string)))
    const chosen = after.filter((execution) => execution.history?.some(({ phase }) => phase === 'ACCEPTED'))
    expect(chosen.length).toBeLessThanOrEqual(1)
    for (const { meta } of after) await api.setPhase(meta.uuid as string, 'CANCELLED')
    for (const { meta } of chosen) await api.ends(meta.uuid as string)
  })
})

describe('reading', () => {
  it('waits for a change of phase', async () => {
    const uuid = await api.run(containerRequest(long))
    await api.reaches(uuid, 'AVAILABLE')
    const waiting = api.get<Schemas['Execution']>(`/executions/${uuid}?WAIT=20&PHASE=AVAILABLE`)
    await api.setPhase(uuid, 'CANCELLED')
    expect((await waiting).body.phase).toBe('CANCELLED')
    await api.ends(uuid)
  })
  it('lists executions by phase, and mere offers not at all', async () => {
    const { offers } = await api.offers(containerRequest())
    const all = await api.get<Schemas['ExecutionList']>('/executions?LAST=500')
    expect(all.body.executions?.map(({ meta }) => meta.uuid)).not.toContain(offers?.[0]?.meta.uuid)
    const failed = await api.get<Schemas['ExecutionList']>('/executions?PHASE=FAILED&PHASE=OFFERED&LAST=500')
    expect(new Set(failed.body.executions?.map(({ phase }) => phase))).toEqual(new Set(['FAILED', 'OFFERED']))
    await api.setPhase(offers?.[0]?.meta.uuid as string, 'REJECTED')
  })
  it('of what is not there is 404', async () => {
    for (const path of [`/executions/${UNKNOWN_ID}`, '/executions/nonsense', '/offersets/nonsense']) {
      expect((await api.get(path)).status).toBe(404)
    }
  })
})

describe('the events', () => {
  it('tell every phase and message in order, and go on after the last one that was received', async () => {
    const uuid = await api.run(containerRequest({ environment: { SIMULATED_EXIT_CODE: '1' } }))
    const events = await api.events(uuid)
    const own = events.filter(({ type, component }) => type === 'phase' && component === undefined)
    expect(own.map(({ phase }) => phase)).toEqual(['ACCEPTED', 'PREPARING', 'AVAILABLE', 'FAILED'])
    expect(events.some(({ type, family }) => type === 'message' && family === 'executable')).toBe(true)
    const numbers = events.map(({ id }) => Number(id))
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    const middle = events[3]?.id as string
    expect(await api.events(uuid, middle)).toEqual(events.slice(4))
  })
})

describe('the output', () => {
  it('is followed while the program runs, and is the same afterwards', async () => {
    const environment = {
      SIMULATED_DURATION: 'PT0.4S',
      SIMULATED_STDOUT: 'one\ntwo\nthree\n',
      SIMULATED_STDERR: 'oh\n',
    }
    const uuid = await api.run(containerRequest({ environment }))
    const followed = await api.get<string>(`/streams/${uuid}/stdout?follow=true`)
    expect(followed.body).toBe('one\ntwo\nthree\n')
    await api.ends(uuid)
    expect((await api.get<string>(`/streams/${uuid}/stdout`)).body).toBe('one\ntwo\nthree\n')
    expect((await api.get<string>(`/streams/${uuid}/stderr`)).body).toBe('oh\n')
  })
  it('is read in parts', async () => {
    const uuid = await api.run(containerRequest({ environment: { SIMULATED_STDOUT: '0123456789' } }))
    await api.ends(uuid)
    const part = await api.get<string>(`/streams/${uuid}/stdout`, { Range: 'bytes=2-4' })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe('bytes 2-4/10')
    expect(part.body).toBe('234')
    expect((await api.get(`/streams/${uuid}/stdout`, { Range: 'bytes=10-' })).status).toBe(416)
  })
  it('of more than is kept keeps its end, and says so', async () => {
    const small = await testBroker({ 'execution.outputBytes': 1000 })
    try {
      const other = new Api(small.url)
      const uuid = await other.run(containerRequest({ environment: { SIMULATED_STDOUT: 'x'.repeat(5000) + 'end' } }))
      const ended = await other.ends(uuid)
      const { body } = await other.get<string>(`/streams/${uuid}/stdout`)
      expect(body.length).toBe(1000)
      expect(body.endsWith('end')).toBe(true)
      expect(allText(ended)).toContain('Of the 5003 bytes of stdout only the last 1000 are kept.')
    } finally {
      await small.close()
    }
  })
})

describe('after a restart of the broker', () => {
  it('what was accepted goes on, and ends once', async () => {
    const uuid = await api.run(
      containerRequest({ environment: { SIMULATED_DURATION: 'PT1S', SIMULATED_STDOUT: 'ran\n' } }),
    )
    await api.reaches(uuid, 'AVAILABLE')
    await broker.restart()
    api = new Api(broker.url)
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('COMPLETED')
    expect((await api.get<string>(`/streams/${uuid}/stdout`)).body).toBe('ran\n')
  })
})
