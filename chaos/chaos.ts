/**
 * The command `npm run chaos`: a broker of many processes in a storm, and what an independent checker finds afterwards.
 *
 *     npm run chaos -- [--minutes n] [--seed s] [--without-neighbours] [--json]
 *
 * Exit code 1 when anything is wrong, 3 when nothing is but a question was left open. Run `npm run build` before: the processes run what is in `dist`.
 */
import { parseArgs } from 'node:util'
import type { Figure } from './figures.ts'
import { runChaos, type ChaosReport } from './run.ts'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    'without-neighbours': { type: 'boolean', default: false },
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
  clients: { simulated: 8, engine: 6 },
  undisturbed: { simulated: 6, engine: 2 },
  neighbours: !options['without-neighbours'],
  say: (text) => process.stderr.write(`${new Date().toISOString()} ${text}\n`),
})
process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : inWords(report))
if (report.violations.length > 0) process.exitCode = 1
else if (report.unproved.length > 0) process.exitCode = 3

function inWords(report: ChaosReport): string {
  const { seed, minutes, executions, storm, violations, unproved, missing, calm } = report
  const counts = (map: Readonly<Record<string, number>>) =>
    Object.entries(map)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  const lines = [
    `Seed ${seed}, ${minutes} minutes.`,
    `Storm: ${counts(storm)}.`,
    `Hostile neighbours: ${counts(report.neighbours) || 'none'}.`,
    ...Object.entries(executions).map(([platform, phases]) => `On ${platform}: ${counts(phases)}.`),
    ...report.figures.map(figureInWords),
    `Most memory, in MiB: ${counts(report.memoryMib)}.`,
    `Calm after ${calm.waitedS} s; promises lasted for ${calm.promisedS} s.`,
    ...missing.map((what) => `Left out: ${what}.`),
    ...violations.slice(0, 50).map((violation) => `WRONG: ${violation}`),
    ...unproved.map((question) => `NOT PROVED: ${question}.`),
    conclusion(report),
  ]
  return `${lines.join('\n')}\n`
}

function conclusion({ violations, unproved }: ChaosReport): string {
  if (violations.length > 0) return `${violations.length} things are wrong.`
  return unproved.length > 0 ? `Nothing is wrong, and ${unproved.length} things are not proved.` : 'Nothing is wrong.'
}

function figureInWords({ platform, what, calm, hostile }: Figure): string {
  return `The undisturbed user on ${platform}, ${what}: p99 ${calm.p99Ms} ms in calm windows (${calm.samples} samples), ${hostile.p99Ms} ms in hostile ones (${hostile.samples}).`
}
