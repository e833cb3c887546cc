/**
 * A broker that is killed, and started again on the same data: in every phase of a run, and around every question to
 * the engine. One broker is killed once, while each of its executions is held at a place of its own.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { allText, Api } from '../support/api.ts'
import { onServer } from '../support/database.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { engineProxy, type EngineProxy } from '../support/engine-proxy.ts'
import { checksumOf, CHECKSUM_SCRIPT, enginePlatform, scriptRequest } from '../support/engine-requests.ts'
import { EngineTraces } from '../support/engine-traces.ts'
import { testImage, type TestImage } from '../support/images.ts'
import { brokerPlace, type BrokerPlace } from '../support/process.ts'

const CONTENT = Buffer.from('what was measured last night')

/** A place around a question to the engine: the question with the execution in the place of `*`. */
interface Place {
  readonly when: 'before' | 'after'
  readonly question: string
}

const around = (question: string): Place[] => [
  { when: 'before', question },
  { when: 'after', question },
]
/** The broker gives up the early ones soonest, so they come last. */
const FIRST: readonly Place[] = [{ when: 'after', question: 'POST /volumes/create' }]
const EARLY: readonly Place[] = [
  ...around('POST /containers/create?name=*-data-0-stage'),
  { when: 'after', question: 'PUT /containers/*-data-0-stage/archive' },
  ...around('POST /containers/create?name=*-run'),
]
const LATE: readonly Place[] = [
  ...around('POST /containers/*-run-[0-9a-f]{8}/start'),
  ...around('DELETE /containers/*-run'),
  ...around('DELETE /containers/*-data-0-stage'),
  ...around('DELETE /volumes/*-data-0'),
]
const titleOf = ({ when, question }: Place) => `${when} ${question}`

/** A program that goes on until it is told by a signal to say its checksum and end. */
const UNTIL_TOLD = `trap '${CHECKSUM_SCRIPT}; exit 0' USR1; while :; do sleep 0.1; done`

describeOnEngines('an execution whose broker is killed', ({ address }) => {
  let place: BrokerPlace
  let proxy: EngineProxy
  let data: DataServer
  let image: TestImage
  let traces: EngineTraces
  let broker: Awaited<ReturnType<BrokerPlace['start']>>
  let api: Api
  const uuids = new Map<string, string>()
  const ended = new Map<string, Schemas['Execution']>()

  /** Runs something under a title by which it is found again. */
  async function run(title: string, script: string, options: Parameters<typeof scriptRequest>[2] = {}) {
    const uuid = await api.run(scriptRequest(image.location, script, { data: [`${data.url}/data`], ...options }))
    uuids.set(title, uuid)
    return uuid
  }
  const result = (title: string) => ended.get(title) as Schemas['Execution']
  const output = async (title: string) => (await api.get<string>(`/streams/${uuids.get(title)}/stdout`)).body

  beforeAll(async () => {
    image = await testImage(address)
    data = await startDataServer()
    proxy = await engineProxy(address)
    traces = await EngineTraces.of(address)
    place = await brokerPlace({
      BROKER_PLATFORMS: JSON.stringify([enginePlatform(proxy.address)]),
      BROKER_DATA_ALLOWED_NETWORKS: '[127.0.0.0/8]',
      // Who is alone on a database need not wait for the leases of a broker that was killed; others do.
      BROKER_EXECUTION_LEASE: onServer ? 'PT5S' : 'PT1H',
    })
    broker = await place.start()
    api = new Api(broker.url)
    await prepareAndKill()
    broker = await place.start()
    api = new Api(broker.url)
    await tell('running')
    await Promise.all([...uuids].map(async ([title, uuid]) => ended.set(title, await api.ends(uuid))))
  }, 600_000)
  afterAll(async () => {
    await broker.kill('SIGTERM')
    await place.remove()
    await proxy.close()
    await traces.close()
    await data.close()
    await image.remove()
  })

  /** Brings executions to their places, all at the same time. */
  async function bringTo(places: readonly Place[]): Promise<void> {
    // Nothing that changes anything gets to the engine before all the places are known.
    proxy.pause()
    const arrivals = await Promise.all(
      places.map(async (one) => {
        const uuid = await run(titleOf(one), CHECKSUM_SCRIPT)
        // The name of a volume is not in the path of its making, so nobody else may be making one.
        const [start = '', end = ''] = one.question.split('*')
        const literal = (text: string) => text.replaceAll('?', '\\?')
        const pattern = `^${literal(start)}${end ? `\\S*${uuid}${literal(end)}` : ''}`
        return { reached: proxy.hold(one.when, new RegExp(pattern)) }
      }),
    )
    proxy.resume()
    await Promise.all(arrivals.map(({ reached }) => reached))
  }

  /** Brings every execution to where it is to be when the broker is killed, and kills it. */
  async function prepareAndKill(): Promise<void> {
    data.files.set('/data', { content: CONTENT })
    data.files.set('/slow', { content: CONTENT })
    data.faults.set('/slow', [{ method: 'GET', stallsAfter: 10, times: 1 }])
    await bringTo(LATE)
    await bringTo(EARLY)
    await bringTo(FIRST)
    const running = await Promise.all(['running', 'ends meanwhile'].map((title) => run(title, UNTIL_TOLD)))
    const cancelled = await run('cancelled', UNTIL_TOLD)
    const stopping = proxy.hold('before', new RegExp(`^POST /containers/\\S*${cancelled}-run/kill`))
    await run('downloading', CHECKSUM_SCRIPT, { data: [`${data.url}/slow`] })
    await data.asked('GET', '/slow')
    for (const uuid of [...running, cancelled]) await traces.started(uuid)
    for (const uuid of running) await api.reaches(uuid, 'AVAILABLE')
    await api.setPhase(cancelled, 'CANCELLED')
    await stopping
    await run('over its time', 'sleep 3600', { duration: 'PT8S' })
    await traces.started(uuids.get('over its time') as string)
    const start = new Date(Date.now() + 10_000).toISOString()
    const waiting = await run('waiting', CHECKSUM_SCRIPT, { start })
    await api.reaches(waiting, 'WAITING')
    expect(proxy.holding).toBe(LATE.length + EARLY.length + FIRST.length + 1)
    await broker.kill('SIGKILL')
    await tell('ends meanwhile')
    await traces.ended(uuids.get('ends meanwhile') as string)
  }

  const tell = (title: string) => traces.signal(uuids.get(title) as string, 'USR1')

  it.each([...FIRST, ...EARLY, ...LATE].map(titleOf))('%s is finished, and ran once', async (title) => {
    expect(allText(result(title)).at(-1)).not.toMatch(/failed/)
    expect(result(title).phase).toBe('COMPLETED')
    expect(await output(title)).toBe(checksumOf(CONTENT))
    expect(await traces.starts(uuids.get(title) as string)).toBe(1)
  })
  it.each(['waiting', 'downloading', 'running', 'ends meanwhile'])(
    'while it is %s, is finished, and ran once',
    async (title) => {
      expect(result(title).phase).toBe('COMPLETED')
      expect(await output(title)).toBe(checksumOf(CONTENT))
      expect(await traces.starts(uuids.get(title) as string)).toBe(1)
    },
  )
  it('while a cancelled program is being stopped, is stopped', async () => {
    expect(result('cancelled').phase).toBe('CANCELLED')
    expect(result('cancelled').compute?.phase).toBe('CANCELLED')
    expect(await traces.starts(uuids.get('cancelled') as string)).toBe(1)
  })
  it('while it is over its time, is stopped with the reason', async () => {
    expect(result('over its time').phase).toBe('FAILED')
    expect(allText(result('over its time'))).toContain(
      'The program was stopped because the granted duration of PT8S was over.',
    )
    expect(await traces.starts(uuids.get('over its time') as string)).toBe(1)
  })
  it('leaves nothing behind', async () => {
    expect(await traces.held([...uuids.values()])).toEqual([])
  })
})
