/**
 * Random histories of booking on a real database: two processes that share it, are killed and come back, and what they
 * answer and leave in the database judged by the reference model.
 */
import { afterEach, beforeEach, describe, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { History } from './booking-history.ts'
import { seedOf } from './chance.ts'

const STEPS = Number(process.env.BROKER_MODEL_SQL_STEPS ?? (process.env.CI ? 50_000 : 1_500))
/** So many of them are one history, on a database of its own: nobody tidies up, so the steps would get slower and slower. */
const HISTORY_STEPS = 2_500

let test: TestDatabase
beforeEach(async () => {
  test = await testDatabase()
})
afterEach(() => test.drop())

const seed = seedOf('booking')
const beginnings = Array.from({ length: Math.ceil(STEPS / HISTORY_STEPS) }, (_, index) => index * HISTORY_STEPS)

describe(`booking agrees with the reference model in ${STEPS} steps of random histories`, () => {
  it.each(beginnings)('from step %i on', { timeout: 600_000 }, async (beginning) => {
    const history = new History(test, seed + beginning)
    await history.begin()
    const steps = Math.min(HISTORY_STEPS, STEPS - beginning)
    for (let step = 0; step < steps; step++) {
      try {
        await history.step()
        if (step % 50 === 0) await history.compare()
      } catch (error) {
        throw new Error(`step ${step} of seed ${seed + beginning}`, { cause: error })
      }
    }
    await history.compare()
  })
})
