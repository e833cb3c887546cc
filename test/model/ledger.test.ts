/**
 * Random histories of the ledger in memory, judged by the reference model.
 *
 *     BROKER_MODEL_STEPS=10000000 npx vitest run test/model/ledger.test.ts --project embedded
 */
import { describe, it } from 'vitest'
import { seedOf } from './chance.ts'
import { LedgerHistory } from './ledger-history.ts'

const STEPS = Number(process.env.BROKER_MODEL_STEPS ?? 100_000)

describe('the ledger in memory', () => {
  it(`agrees with the reference model in a random history of ${STEPS} steps`, { timeout: 3_600_000 * 3 }, () => {
    const seed = seedOf('the ledger in memory')
    const began = performance.now()
    const history = new LedgerHistory(seed)
    for (let step = 0; step < STEPS; step++) {
      try {
        history.step()
        if (step % 500 === 0) history.compare()
      } catch (error) {
        throw new Error(`step ${step} of seed ${seed}`, { cause: error })
      }
    }
    history.compare()
    console.log(
      `${STEPS} steps in ${Math.round((performance.now() - began) / 1000)} s: ${JSON.stringify(history.counts)}`,
    )
  })
})
