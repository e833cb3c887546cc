/**
 * The command `npm run bench`: measures, all benches or those that are named, and prints what they found.
 *
 *     npm run bench -- [--json] [--write] [--rounds n] [--scale x] [name…]
 *
 * Exit code 1 when a goal does not hold.
 */
import { parseArgs } from 'node:util'
import { effortOf, outcomeOf, type Bench, type Outcome } from './benchmark.ts'
import { BENCHES } from './benches.ts'
import { commit, describeMachine, loadNow } from './machine.ts'
import { cells, writePage } from './performance-page.ts'

const HEAD = ['Figure', 'Value', 'Baseline', 'Ratio', 'Goal', 'Holds']

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
  },
})

const rounds = positive('--rounds', options.rounds)
const effort = effortOf(rounds, positive('--scale', options.scale))
const load = loadNow()
const outcomes: Outcome[] = []
for (const bench of chosen(names)) {
  process.stderr.write(`Measuring ${bench.name} …\n`)
  const outcome = await outcomeOf(bench, effort)
  outcomes.push(outcome)
  if (options.json) for (const line of jsonLines(outcome)) console.log(line)
  for (const { name, skipped } of outcome.skipped)
    process.stderr.write(`Left out: ${bench.name}, ${name}, because ${skipped}.\n`)
}
if (!options.json) for (const line of tableLines(outcomes)) console.log(line)
if (options.write) {
  const about = { measuredOn: new Date().toISOString().slice(0, 10), commit: commit(), rounds, load }
  const machine = await describeMachine()
  writePage(
    BENCHES,
    outcomes.map((outcome) => ({ ...outcome, ...about, machine })),
  )
}
if (outcomes.some(({ figures }) => figures.some(({ holds }) => holds === false))) process.exitCode = 1

function chosen(wanted: readonly string[]): readonly Bench[] {
  const unknown = wanted.filter((name) => !BENCHES.some((bench) => bench.name === name))
  if (unknown.length > 0)
    fail(`There is no bench ${unknown.join(', ')}; there are ${BENCHES.map(({ name }) => name).join(', ')}.`)
  return wanted.length === 0 ? BENCHES : BENCHES.filter(({ name }) => wanted.includes(name))
}

function positive(option: string, text: string): number {
  const number = Number(text)
  if (!(number > 0)) fail(`${option} must be a number above 0, not ${text}.`)
  return number
}

function fail(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(2)
}

function jsonLines({ bench, figures }: Outcome): string[] {
  return figures.map((figure) => JSON.stringify({ ...figure, name: `${bench}: ${figure.name}` }))
}

function tableLines(found: readonly Outcome[]): string[] {
  const rows = found.flatMap(({ bench, figures }) =>
    figures.map((figure) => cells({ ...figure, name: `${bench}: ${figure.name}` })),
  )
  const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(HEAD), ...rows.map(line)]
}
