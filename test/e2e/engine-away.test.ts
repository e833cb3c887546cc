/** An engine that is stopped and started in the middle of a run, and one whose disk is full. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { checksumOf, CHECKSUM_SCRIPT, enginePlatform, scriptRequest } from '../support/engine-requests.ts'
import { EngineTraces } from '../support/engine-traces.ts'
import { testImage, type TestImage } from '../support/images.ts'
import {
  privateDocker,
  privateDockerMissing,
  type PrivateDocker,
  type PrivateDockerOptions,
} from '../support/private-docker.ts'

const CONTENT = Buffer.alloc(100_000, 'sky')
const UNTIL_TOLD = `trap '${CHECKSUM_SCRIPT}; exit 0' USR1; while :; do sleep 0.1; done`
const why = privateDockerMissing ? ` (skipped: ${privateDockerMissing})` : ''

let engine: PrivateDocker
let image: TestImage
let data: DataServer
let broker: TestBroker
let api: Api
let closing: (() => Promise<unknown>)[]

async function begin(options: PrivateDockerOptions): Promise<void> {
  engine = await privateDocker(options)
  closing.push(() => engine.remove())
  image = await testImage(engine.address)
  data = await startDataServer()
  closing.push(() => data.close())
  data.files.set('/data', { content: CONTENT })
  broker = await testBroker({ platforms: [enginePlatform(engine.address)] })
  closing.push(() => broker.close())
  api = new Api(broker.url)
}

/** What the engine tells from now on. */
async function traces(): Promise<EngineTraces> {
  const told = await EngineTraces.of(engine.address)
  closing.push(() => told.close())
  return told
}

const run = (script: string) => api.run(scriptRequest(image.location, script, { data: [`${data.url}/data`] }))

/** Waits until the broker has said something of an execution at one of its components. */
async function says(uuid: string, name: string): Promise<void> {
  for (;;) {
    const { executable, compute, data: resources = [] } = await api.execution(uuid)
    const parts: ({ meta?: Schemas['ComponentMetadata'] } | undefined)[] = [executable, compute, ...resources]
    if (parts.some((part) => messageNames(part).includes(name))) return
    // The stream has an event for every message; the first of the next few that come is worth another look.
    const response = await fetch(`${api.url}/executions/${uuid}/events`)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const decoder = new TextDecoder()
    for (let text = ''; !text.includes(name);) {
      const { done, value } = await reader.read()
      if (done) throw new Error(`the execution ended and ${name} was never said`)
      text += decoder.decode(value, { stream: true })
    }
    await reader.cancel()
  }
}

describe.skipIf(privateDockerMissing !== undefined)(`an engine that goes away${why}`, { timeout: 180_000 }, () => {
  beforeEach(() => {
    closing = []
  })
  afterEach(async () => {
    for (const close of closing.reverse()) await close()
  }, 120_000)

  it('and keeps its containers is waited for: the run is completed, and nothing ran twice', async () => {
    await begin({ liveRestore: true })
    const uuid = await run(UNTIL_TOLD)
    await (await traces()).started(uuid)
    await api.reaches(uuid, 'AVAILABLE')
    await engine.stop()
    await engine.start()
    const told = await traces()
    await told.signal(uuid, 'USR1')
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('COMPLETED')
    expect((await api.get<string>(`/streams/${uuid}/stdout`)).body).toBe(checksumOf(CONTENT))
    expect(await told.held([uuid])).toEqual([])
  })

  it('and takes its containers with it fails the run with the reason, and gives everything back', async () => {
    await begin({})
    const uuid = await run(UNTIL_TOLD)
    await (await traces()).started(uuid)
    await api.reaches(uuid, 'AVAILABLE')
    await engine.stop()
    await engine.start()
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('FAILED')
    expect(ended.executable?.meta?.messages?.at(-1)?.message).toBe(
      'The program ended with exit code 158, as by SIGPWR.',
    )
    expect(await (await traces()).held([uuid])).toEqual([])
  })

  it('before anything was prepared is waited for, and the broker says so', async () => {
    await begin({})
    const start = new Date(Date.now() + 3_000).toISOString()
    const request = scriptRequest(image.location, CHECKSUM_SCRIPT, { data: [`${data.url}/data`], start })
    const uuid = await api.run(request)
    await api.reaches(uuid, 'WAITING')
    await engine.stop()
    await says(uuid, 'platform-unavailable')
    await engine.start()
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('COMPLETED')
    expect((await api.get<string>(`/streams/${uuid}/stdout`)).body).toBe(checksumOf(CONTENT))
    expect(await (await traces()).held([uuid])).toEqual([])
  })

  it('or whose disk is full is NO_SPACE at the data, and what was written is given back', async () => {
    await begin({ diskMib: 48 })
    data.files.set('/large', { content: 200 * 2 ** 20 })
    const uuid = await api.run(scriptRequest(image.location, 'true', { data: [`${data.url}/large`] }))
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('FAILED')
    expect(ended.data?.[0]?.phase).toBe('FAILED')
    expect(ended.data?.[0]?.meta?.messages?.at(-1)?.message).toMatch(/^Preparing the data failed: .*no space left/)
    expect(await (await traces()).held([uuid])).toEqual([])
    // There is room again.
    const next = await api.ends(await run(CHECKSUM_SCRIPT))
    expect(next.phase).toBe('COMPLETED')
  })
})
