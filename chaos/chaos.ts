/**
 * The command `npm run chaos`: a broker of many processes in a storm, and what an independent checker finds afterwards.
 *
 *     npm run chaos -- [--minutes n] [--seed s] [--json]
 *
 * Exit code 1 when anything is wrong. Run `npm run build` before: the processes run what is in `dist`.
 */
import { parseArgs } from 'node:util'
import { runChaos, type ChaosReport } from './run.ts'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    json: { type: 'boolean', default: false },
  },
})
const [minutes, seed] = [Number(options.minutes), Number(options.seed)]
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write('--minutes is a number above 0, and --seed a whole number.\n')
  process.exit(2)
}
process.stderr.write(`Storm of ${minutes} minutes with seed ${seed} …\n`)
const report = await runChaos({
  minutes,
  seed,
  program: ['dist/broker.js'],
  clients: { simulated: 12, engine: 8 },
  say: (text) => process.stderr.write(`${new Date().toISOString()} ${text}\n`),
})
process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : inWords(report))
if (report.violations.length > 0) process.exitCode = 1

function inWords({ seed, minutes, executions, storm, violations, missing }: ChaosReport): string {
  const counts = (map: Readonly<Record<string, number>>) =>
    Object.entries(map)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  const lines = [
    `Seed ${seed}, ${minutes} minutes.`,
    `Storm: ${counts(storm)}.`,
    ...Object.entries(executions).map(([platform, phases]) => `On ${platform}: ${counts(phases)}.`),
    ...missing.map((what) => `Left out: ${what}.`),
    ...violations.slice(0, 50).map((violation) => `WRONG: ${violation}`),
    violations.length === 0 ? 'Nothing is wrong.' : `${violations.length} things are wrong.`,
  ]
  return `${lines.join('\n')}\n`
}
