/** A short storm over many processes; `npm run chaos` makes longer ones. */
import { expect, it } from 'vitest'
import { runChaos } from '../../chaos/run.ts'
import { onServer } from '../support/database.ts'
import { ownPostgres } from '../support/engines.ts'
import { seedOf } from '../model/chance.ts'

const { missing } = ownPostgres()

// It has a database server of its own, so once is enough.
it.skipIf(!onServer || missing !== undefined)(
  `a short storm leaves nothing lost, nothing run twice and nothing behind${missing ? ` (skipped: ${missing})` : ''}`,
  async () => {
    const said: string[] = []
    const report = await runChaos({
      minutes: 0.4,
      seed: seedOf('a short storm'),
      program: ['--import', 'tsx', 'src/broker.ts'],
      clients: { simulated: 3, engine: 1 },
      undisturbed: { simulated: 1, engine: 0 },
      neighbours: true,
      say: (text) => said.push(text),
    })
    expect(report.violations, said.join('\n')).toEqual([])
    expect(Object.keys(report.executions)).toContain('simulated')
  },
  600_000,
)
