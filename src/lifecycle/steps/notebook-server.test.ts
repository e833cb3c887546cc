import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../../test/support/database.ts'
import { HastyClock } from '../../../test/support/fake-clock.ts'
import { smallRequest } from '../../../test/support/policies.ts'
import { wish } from '../../../test/support/wishes.ts'
import { BookingQueue } from '../../booking/booking-queue.ts'
import { Ledger } from '../../booking/ledger.ts'
import { idSource } from '../../domain/ids.ts'
import { servedNotebookOf, withNotebook } from '../../domain/notebook.ts'
import * as components from '../../store/components.ts'
import type * as executions from '../../store/executions.ts'
import * as pools from '../../store/pools.ts'
import { prepareServer } from './notebook-server.ts'
import type { StepContext, StepTarget } from './step.ts'

const AMOUNTS = { cores: 4, memory: 64, storage: 100, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 1000 }

let test: TestDatabase
let context: StepContext
let target: StepTarget
/** What was written, by volume and path, and whether any user may write it. */
let written: Map<string, { content: string; writable: boolean }>
beforeAll(async () => {
  test = await testDatabase()
  const clock = new HastyClock()
  const ledger = new Ledger(clock)
  const poolId = await pools.keep(test.database, 'simulated', 'default', AMOUNTS, clock.now())
  const ids = idSource(() => clock.now())
  const wanted = { pools: [{ poolId, capacity: AMOUNTS }], cores: { min: 1, max: 1 }, durationMs: 10_000 }
  const { offers } = await new BookingQueue(test.database, ledger, clock, ids).book(
    wish({ ...wanted, storage: 60, limits: LIMITS, direct: true }),
  )
  const execution = offers[0] as executions.Execution
  const all = await components.list(test.database, [execution.id])
  const component = all.find(({ family }) => family === 'compute') as components.Component
  const { executable, data } = withNotebook(
    smallRequest({
      data: [
        { type: 'simple-data-resource', location: 'https://example.org/mine.ipynb', storage: 0, access: 'WRITEONLY' },
      ],
      storage: [{ size: { min: 1, max: 1 }, implied: true }],
    }),
    servedNotebookOf(
      'https://example.org/fit.ipynb',
      { image: 'example.org/jupyter:1', command: [] },
      { command: [], port: 8888 },
    ),
  )
  const { plan } = execution
  const planned = { estimate: plan.compute.estimate, messages: [] }
  const served = {
    ...plan,
    executable: { ...planned, spec: executable },
    storage: [...plan.storage, ...plan.storage].slice(0, 2),
    data: data.map((spec) => ({ ...planned, spec })),
  }
  // The notebook is the last of an executable, compute, two storage and two data resources.
  const fetched = { ...component, family: 'data', position: served.storage.length + 3, detail: { name: 'fit.ipynb' } }
  const platform: Pick<StepTarget['platform'], 'readFile' | 'writeFile'> = {
    readFile: async ({ name }, path) => {
      const content = Buffer.from(`${name}/${path}`)
      return { sizeBytes: content.length, content: Readable.from([content]) }
    },
    writeFile: async ({ name }, { path, content, writable = false }) => {
      written.set(`${name}/${path}`, { content: await text(content), writable })
    },
  }
  context = { clock, database: test.database } as unknown as StepContext
  target = {
    execution: { ...execution, plan: served },
    component,
    components: [component, fetched],
    platform,
    signal: new AbortController().signal,
    say: async () => undefined,
  } as unknown as StepTarget
})
afterAll(() => test.drop())

/** What one worker writes. */
async function prepared() {
  written = new Map()
  const environment = await prepareServer(target, context)
  return { environment, files: Object.fromEntries(written) }
}

describe('the server of a notebook', () => {
  it('is told a token that stays when another worker prepares it again', async () => {
    const [first, second] = [await prepared(), await prepared()]
    expect(first.files['data-0/.jupyter/jupyter_server_config.json']?.content).toMatch(/"token":"[0-9a-f]{64}"/)
    expect(second).toEqual(first)
    expect(first.environment).toEqual({ JUPYTER_CONFIG_PATH: '/notebook/.jupyter' })
  })
  it('has the notebook, for any user to change, where it is saved from', async () => {
    const { files } = await prepared()
    expect(files['data-0/mine.ipynb']).toEqual({ content: 'data-1/fit.ipynb', writable: true })
    expect(files['data-0/.jupyter/jupyter_server_config.json']?.writable).toBe(false)
  })
})
