/** Replays recorded exchanges between a client and the service, in either spelling. */
import { readFileSync } from 'node:fs'
import { dump, load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Api } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { differences, fill, fillIn, type Bindings } from './matching.ts'

interface Exchange {
  readonly name: string
  /** Time goes by first, until this execution has ended. */
  readonly whenEnded?: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers?: Record<string, string>
    readonly body?: object
  }
  readonly answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
}

let broker: TestBroker
let data: DataServer
beforeAll(async () => {
  broker = await testBroker()
  data = await startDataServer()
  data.files.set('/image.fits', { content: 10_000 })
})
afterAll(async () => {
  await broker.close()
  await data.close()
})

describe.each(['published-spelling', 'own-spelling', 'admin-identities'])('the recorded exchanges: %s', (file) => {
  const exchanges = load(readFileSync(new URL(`${file}.yaml`, import.meta.url), 'utf8')) as Exchange[]
  const bindings: Bindings = new Map()

  it.each(exchanges)('$name', async ({ whenEnded, request, answer }) => {
    bindings.set('url', broker.url).set('data', data.url)
    const api = new Api(broker.url)
    if (whenEnded) await api.ends(fill(whenEnded, bindings))
    const headers = { ...(request.body ? { 'Content-Type': 'application/json' } : {}), ...request.headers }
    const body = request.body && written(fillIn(request.body, bindings), headers['Content-Type'])
    const got = await api.send(request.method, fill(request.path, bindings), body, headers)
    const found = [
      ...differences(answer.status, got.status, bindings, 'status'),
      ...differences(answer.headers ?? {}, Object.fromEntries(got.headers), bindings, 'headers'),
      ...differences(answer.body ?? {}, got.body, bindings),
    ]
    expect(found).toEqual([])
  })
})

const written = (body: unknown, mediaType = '') => (mediaType.endsWith('yaml') ? dump(body) : JSON.stringify(body))
