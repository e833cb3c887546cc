import { expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { BrokerError } from '../domain/errors.ts'
import type { Parameters } from '../store/database.ts'
import type { Statement } from '../store/statements.ts'
import type { Lease } from '../store/work.ts'
import type { ExecutionState } from './decide.ts'
import { keepResults } from './saving.ts'
import { StepFailure, type WorkerContext } from './worker-context.ts'

const PATIENCE = { platformMs: 600_000, attemptsMax: 3, attemptsInAll: 20 }
const BYTES = { bytes: 10, sha256: 'x' }
const away = new BrokerError('PLATFORM_UNAVAILABLE', 'The engine is not answering.')
const refused = new BrokerError('DATA_UNAVAILABLE', 'It is not taken.')
const missing = new BrokerError('DATA_MISSING', 'There is no file.')
const crowded = new BrokerError('UNAVAILABLE', 'Others kept the database busy.')
const mistake = new Error('a bug')

/** An execution whose program failed, with results of which each is to be saved all the same. */
function failed(results: number): ExecutionState {
  const spec = (index: number) => ({
    location: `https://example.org/${index}`,
    access: 'WRITEONLY',
    saveOnFailure: true,
  })
  const data = Array.from({ length: results }, (_, index) => ({ spec: spec(index) }))
  const execution = {
    id: 'one',
    owner: 'somebody',
    plan: { platform: 'p', slot: { releaseMs: 0 }, data, storage: [], compute: { volumes: [] } },
  }
  const components = data.map((_, index) => ({ executionId: 'one', family: 'data', position: index + 2, detail: {} }))
  return { execution, components } as unknown as ExecutionState
}

/** Keeps results of which the first meet these errors; gives what was thrown, and what was noted of each. */
async function keep(errors: readonly (Error | undefined)[], lease: Partial<Lease>) {
  const noted = new Map<number, string[]>()
  const query = async (_: Statement, { position, detail, name }: Parameters) => {
    const note = typeof detail === 'string' ? Object.keys(JSON.parse(detail) as object).join() : name
    if (typeof position === 'number') noted.set(position, [...(noted.get(position) ?? []), String(note)])
    return []
  }
  const clock = new FakeClock()
  const left = [...errors]
  const take = async () => {
    const error = left.shift()
    if (error) throw error
    return BYTES
  }
  const context = {
    ...{
      clock,
      patience: PATIENCE,
      settings: { keepUnsavedMs: 1_000, keepShare: 1 },
      ledger: { lock: async () => ({ replicas: [] }) },
      log: () => undefined,
    },
    ...{ life: { note: async () => undefined }, places: { saving: { take } }, bearerFor: () => undefined },
    sink: () => ({}),
    platform: () => ({ volumeName: String, namesIn: async () => ({ names: ['content'], isComplete: true }) }),
    database: { query, transaction: async (work: (tx: unknown) => unknown) => work({ query }) },
  } as unknown as WorkerContext
  const state = failed(errors.length)
  const thrown: unknown = await keepResults(state, state.components, {
    ...{ context, signal: new AbortController().signal },
    lease: { attempts: 0, failingSince: clock.now(), ...lease } as Lease,
  }).then(
    () => undefined,
    (error: unknown) => error,
  )
  return { thrown: thrown instanceof StepFailure ? thrown.cause : thrown, noted: [...noted.values()] }
}

const SAVED = ['data-saved', 'saved']
const KEPT = ['keptUntil', 'results-kept', 'step-failed']

it.each([
  ['its platform is away', away, 10],
  ['something unexpected happens', mistake, 0],
  ['something unexpected happens again', mistake, 1],
  ['others are in the way in the database', crowded, 10],
])('what a program that failed has made is saved by a later attempt where %s', async (_, error, attempts) => {
  expect(await keep([error], { attempts })).toEqual({ thrown: error, noted: [] })
})
it.each([
  ['its platform was away for too long', away, { failingSince: -1e15 }],
  ['the last attempt failed as well', mistake, { attempts: 2 }],
  ['no other attempt would help', refused, {}],
])('is kept where %s', async (_, error, lease) => {
  expect(await keep([error], lease)).toEqual({ thrown: undefined, noted: [KEPT] })
})
it('is kept under another name where nothing is there under its own', async () => {
  expect(await keep([missing], {})).toEqual({ thrown: undefined, noted: [KEPT.slice(0, 2)] })
})
it('is saved of every result, although another one has to be tried again', async () => {
  expect(await keep([away, undefined, refused], {})).toEqual({
    thrown: away,
    noted: expect.arrayContaining([SAVED, KEPT]) as unknown,
  })
})
