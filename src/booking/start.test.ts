import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { idSource } from '../domain/ids.ts'
import * as executions from '../store/executions.ts'
import * as pools from '../store/pools.ts'
import { BookingQueue } from './booking-queue.ts'
import { Ledger } from './ledger.ts'
import type { Asked } from './offers.ts'
import { permitStart } from './start.ts'

const NOW = Date.UTC(2026, 10, 24)
const SECOND = 1000
const AMOUNTS = { cores: 4, memory: 64, storage: 100 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: SECOND }

let test: TestDatabase
let poolId: pools.PoolId
let queue: BookingQueue
const clock = new FakeClock(NOW)
const ledger = new Ledger(clock)
beforeAll(async () => {
  test = await testDatabase()
  poolId = await pools.keep(test.database, 'p', 'default', AMOUNTS, NOW)
  queue = new BookingQueue(
    test.database,
    ledger,
    clock,
    idSource(() => NOW),
  )
})
afterAll(() => test.drop())

function asked(cores: number): Asked {
  const none = { prepareMs: 0, releaseMs: 0 }
  return {
    owner: 'somebody',
    name: undefined,
    description: undefined,
    spelling: 'own',
    body: {},
    request: {
      executable: {
        type: 'docker-container',
        image: { locations: ['x'], architecture: 'amd64', os: 'linux' },
        command: [],
        environment: {},
        privileged: false,
        ports: [],
      },
      compute: { cores: { min: cores, max: cores }, memory: { min: 1, max: 1 }, volumes: [] },
      storage: [],
      data: [],
      durationMs: 10 * SECOND,
      starts: [],
    },
    messages: [],
    candidates: [
      {
        platform: 'p',
        pool: 'default',
        poolId,
        capacity: AMOUNTS,
        survey: { executable: none, compute: none, storage: [], data: [], messages: [] },
      },
    ],
  }
}

/** An accepted execution of so many cores, as it is in the database. */
async function accepted(cores: number): Promise<executions.Execution> {
  const {
    offers: [offer],
  } = await queue.book({ asked: asked(cores), limits: LIMITS, direct: true })
  if (!offer) throw new Error('nothing was offered')
  return (await executions.find(test.database, offer.id)) as executions.Execution
}

/** Asks for the permission to start, and notes the start when it is given, as the engine does. */
function begin(execution: executions.Execution, now: number) {
  return test.database.transaction(async (tx) => {
    const permit = await permitStart(tx, ledger, execution, now)
    if (permit.start) await executions.noteStart(tx, execution.id, now, permit.endAt)
    return permit
  })
}

describe('the permission to start', () => {
  it('is given to executions that are late one after the other: they do not wait for each other', async () => {
    const [first, second, third] = [await accepted(4), await accepted(4), await accepted(4)]
    const starts = [first, second, third].map(({ startAt = 0 }) => startAt)
    expect(new Set(starts).size).toBe(3)
    // The broker was away for longer than all of them were to take.
    const now = NOW + 3600 * SECOND
    expect(await begin(first, now)).toEqual({ start: true, endAt: now + 10 * SECOND, shortened: false })
    // The program of the first runs, and is not given back at its end either: nothing starts beside it.
    expect(await begin(second, now)).toEqual({ start: false })
    expect(await begin(third, now + 60 * SECOND)).toEqual({ start: false })
  })
})
