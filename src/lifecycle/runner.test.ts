import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { BrokerError } from '../domain/errors.ts'
import { DatabaseUnavailable } from '../store/cannot-now.ts'
import type { GivenLease, Lease } from '../store/work.ts'
import { Runner } from './runner.ts'
import type { WorkerContext } from './worker-context.ts'

/** A failure of the database as it is reported for a SQLSTATE; without one, its server does not answer. */
const troubleWith = (code: string | undefined) =>
  new DatabaseUnavailable('Not now.', { cause: Object.assign(new Error('no'), { code }) })

/** Works on an execution that cannot be looked at; gives the leases that were given back, and what was thrown. */
async function work(error: BrokerError, attempts = 0) {
  const given: GivenLease[] = []
  const context: Partial<Omit<WorkerContext, 'joint'>> & { joint: unknown } = {
    clock: new FakeClock(),
    chance: () => 0.5,
    log: () => undefined,
    patience: { platformMs: 0, attemptsMax: 5, attemptsInAll: 20 },
    joint: {
      look: () => Promise.reject(error),
      yieldLease: async (lease: GivenLease) => void given.push(lease),
    },
  }
  const lease = { executionId: 'one', fence: 1, wakes: 0, abandoned: 0, attempts, kind: 'run' } as unknown as Lease
  const runner = new Runner(context as WorkerContext, lease, () => undefined)
  const thrown: unknown = await runner.run().then(
    () => undefined,
    (error: unknown) => error,
  )
  return { given, thrown }
}

describe('a lease', () => {
  it.each(['55P03', '57014', '40P01', '40001'])(
    'is given back for another attempt where a statement met %s: no worker went away',
    async (code) => {
      const { given, thrown } = await work(troubleWith(code), 3)
      expect(thrown).toBeUndefined()
      expect(given).toMatchObject([{ executionId: 'one', attempts: 4, parkedFor: undefined }])
    },
  )
  it('is given back parked where statements meet that again and again', async () => {
    const { given } = await work(troubleWith('55P03'), 19)
    expect(given).toMatchObject([{ parkedFor: expect.stringContaining('20 times in a row') as string }])
  })
  it.each(['57P01', '53300', undefined])('is left to end by itself while the database is away: %s', async (code) => {
    const error = troubleWith(code)
    expect(await work(error)).toEqual({ given: [], thrown: error })
  })
})
