/**
 * Everything that is checked, by a person before a commit and by the machine after it: `npm run check`, `npm test`.
 *
 * It goes on after a failure, so that one run shows all faults. With names of steps it runs only those:
 * `npm run check -- types lint`. The last line counts the tests.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answeringEngines } from '../test/support/engines.ts'
import { failedTests, inWords, testCounts, type TestCounts } from './test-report.ts'

interface Step {
  readonly name: string
  /** Says what is wrong; nothing when all is well. */
  readonly run: () => Promise<string | undefined>
}

const steps: readonly Step[] = [
  { name: 'generated', run: () => program('tsx', 'scripts/generate.ts', '--check') },
  { name: 'format', run: () => program('prettier', '--check', '--log-level', 'warn', '.') },
  { name: 'types', run: () => program('tsc', '--noEmit') },
  { name: 'lint', run: () => program('eslint', '.') },
  { name: 'contract', run: () => program('redocly', 'lint') },
  { name: 'dead-code', run: () => program('knip') },
  { name: 'lock-file', run: lockFile },
  { name: 'suites', run: suites },
]

let counts: TestCounts | undefined
const engines = await answeringEngines()
const failed: string[] = []
const began = performance.now()
for (const { name, run } of chosen(process.argv.slice(2))) {
  const start = performance.now()
  const fault = await run()
  console.log(`${fault === undefined ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)}  ${seconds(start)}`)
  if (fault === undefined) continue
  failed.push(name)
  if (fault.trim() !== '') console.log(fault.trimEnd().replace(/^/gm, '        '))
}
summarise()

function chosen(names: readonly string[]): readonly Step[] {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    console.error(`There is no step ${unknown.join(', ')}; there are ${steps.map(({ name }) => name).join(', ')}.`)
    process.exit(2)
  }
  return names.length === 0 ? steps : steps.filter(({ name }) => names.includes(name))
}

/** Runs a program of the repository, and gives its output when it fails. */
async function program(name: string, ...words: readonly string[]): Promise<string | undefined> {
  const child = spawn(join('node_modules/.bin', name), words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return code === 0 ? undefined : Buffer.concat(output).toString()
}

/** Addresses of a registry in the lock file would bind everybody to the registry of whoever wrote it. */
async function lockFile(): Promise<string | undefined> {
  const bound = readFileSync('package-lock.json', 'utf8').match(/"resolved":/g) ?? []
  return bound.length === 0
    ? undefined
    : `package-lock.json names a registry ${bound.length} times ("resolved"); run npm install with the .npmrc that is here.`
}

/** Runs the suites, which say themselves how they get on, and counts the tests. */
async function suites(): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'check-'))
  const report = join(directory, 'report.json')
  try {
    const words = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const child = spawn('node_modules/.bin/vitest', words, { stdio: ['ignore', 'inherit', 'inherit'] })
    const [code] = (await once(child, 'close')) as [number | null]
    const written = existsSync(report) ? readFileSync(report, 'utf8') : undefined
    counts = testCounts(written)
    if (code === 0 && counts.failed === 0) return undefined
    return failedTests(written, process.cwd()).join('\n') || `No test failed, but the runner ended with status ${code}.`
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function summarise(): void {
  console.log('')
  if (counts)
    for (const { name, suites: skipped, missing } of engines)
      if (missing) console.log(`Skipped ${skipped}: no ${name}, because ${missing}.`)
  console.log(
    failed.length === 0
      ? `All is well, after ${seconds(began)}.`
      : `Failed: ${failed.join(', ')}, after ${seconds(began)}.`,
  )
  if (counts) console.log(inWords(counts))
  if (failed.length > 0) process.exitCode = 1
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
