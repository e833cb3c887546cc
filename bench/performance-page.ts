/**
 * Writes docs/performance.md. What was measured is kept beside it in docs/performance.json, by bench, so that one bench
 * can be measured again without the others; each says when and on what.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Bench, Figure, Outcome } from './benchmark.ts'
import type { Machine } from './machine.ts'

const RECORDS = 'docs/performance.json'
const PAGE = 'docs/performance.md'

/** What was measured by one bench, and where. */
export interface PerformanceRecord extends Outcome {
  readonly measuredOn: string
  readonly commit: string | undefined
  readonly rounds: number
  /** How many other processes wanted to run when it began. */
  readonly load: number
  readonly machine: Machine
}

/** Keeps what was measured now beside what is known of the other benches, and writes the page anew. */
export function writePage(benches: readonly Bench[], measured: readonly PerformanceRecord[]): void {
  const known = existsSync(RECORDS) ? (JSON.parse(readFileSync(RECORDS, 'utf8')) as PerformanceRecord[]) : []
  const newest = new Map([...known, ...measured].map((record) => [record.bench, record]))
  const records = benches.flatMap(({ name }) => newest.get(name) ?? [])
  writeFileSync(RECORDS, `${JSON.stringify(records, null, 1)}\n`)
  writeFileSync(PAGE, performancePage(benches, records))
}

/** The page as Markdown. */
export function performancePage(benches: readonly Bench[], records: readonly PerformanceRecord[]): string {
  return [
    '<!-- Written by `npm run bench -- --write`. Do not edit. -->',
    '# Performance',
    '',
    'Each figure stands beside a baseline that was measured in the same run, in turns with it: what the same machine can',
    'do at best for the same effect. Times differ from machine to machine and from hour to hour; the ratio of the two is',
    'what to look at, and what the goals are about. Where the load is above the number of processors, the times are much',
    'longer than on a machine that is left alone, and the ratio is rough too: whoever does more work waits more often.',
    '',
    '## How to repeat',
    '',
    '```sh',
    'npm ci',
    'BROKER_TEST_DATABASE_URL=postgres://user:password@127.0.0.1/postgres npm run bench',
    'npm run bench -- offer-set            # one bench',
    'npm run bench -- --json               # one object a line',
    'npm run bench -- --write              # writes this page',
    '```',
    '',
    'The user of the database has to be able to make databases; without one, the figures on a server are left out. Docker',
    'is found at its usual socket, or at the one that `BROKER_TEST_DOCKER` names.',
    '',
    ...benches.flatMap((bench) =>
      section(
        bench,
        records.find((record) => record.bench === bench.name),
      ),
    ),
  ].join('\n')
}

function section({ name, measures, baseline }: Bench, record: PerformanceRecord | undefined): string[] {
  return [
    `## ${name}`,
    '',
    measures,
    '',
    `Baseline: ${baseline}`,
    '',
    ...(record ? [...table(record), '', ...provenance(record)] : ['Not measured yet.']),
    '',
  ]
}

function table({ figures, skipped }: PerformanceRecord): string[] {
  return [
    '| Figure | Value | Baseline | Ratio | Goal | Holds |',
    '|---|---|---|---|---|---|',
    ...figures.map((figure) => `| ${cells(figure).join(' | ')} |`),
    ...skipped.map((one) => `| ${one.name} | left out: ${one.skipped} | | | | |`),
  ]
}

/** A figure as the cells of a row, on the page and in the terminal. */
export function cells({ name, value, unit, baseline, ratio, goal, holds }: Figure): string[] {
  const amount = (number: number | null) => (number === null ? '' : `${number} ${unit}`)
  return [
    name,
    amount(value),
    amount(baseline),
    String(ratio ?? ''),
    goal ?? '',
    holds === null ? '' : holds ? 'yes' : 'no',
  ]
}

function provenance({ measuredOn, commit, rounds, load, machine }: PerformanceRecord): string[] {
  const { processor, memory, system, versions } = machine
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const source = commit ? ` at commit ${commit}` : ''
  return [
    `Measured on ${measuredOn}${source} in ${rounds} rounds, on ${processor}, ${memory} of memory, ${system}.`,
    `When it began, the load of whatever else the machine did was ${load}.`,
    `${programs.join(', ')}.`,
  ]
}
