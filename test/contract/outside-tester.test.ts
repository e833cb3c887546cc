/**
 * Lets schemathesis loose on a broker with simulated containers: cases that it makes from the contract alone. Its version
 * is pinned, in an environment of its own outside the checkout.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { testBroker } from '../support/broker.ts'
import { skipForWantOf } from '../support/skipping.ts'

const VERSION = '4.32.5'
const SECONDS = 90
const seed = Number(process.env.BROKER_TEST_SEED ?? 42)
const run = promisify(execFile)

it(`schemathesis finds nothing (seed ${seed})`, { timeout: (SECONDS + 180) * 1000 }, async (context) => {
  const program = await testerProgram()
  if ('missing' in program) return skipForWantOf(context, program.missing)
  const broker = await testBroker()
  try {
    const words = [
      ...['--config-file', new URL('schemathesis.toml', import.meta.url).pathname, '--no-color'],
      ...['run', `${broker.url}/openapi.json`, '--url', broker.url, '--seed', String(seed)],
      ...['--phases', 'examples,coverage,fuzzing', '--max-time', String(SECONDS), '--max-examples', '20'],
      // A stream of events ends with its execution, which may be long after the tester has gone.
      ...['--max-redirects', '0', '--request-timeout', '30', '--exclude-path-regex', '/events$', '--warnings', 'off'],
    ]
    const { code, output } = await outcomeOf(program.path, words)
    expect(output).toMatch(/\d+ generated/)
    expect(code, output.slice(-20_000)).toBe(0)
  } finally {
    await broker.close()
  }
})

async function outcomeOf(path: string, words: readonly string[]): Promise<{ code: unknown; output: string }> {
  // It writes down what it finds where it is run.
  const cwd = mkdtempSync(join(tmpdir(), 'tester-'))
  try {
    const { stdout } = await run(path, words, { cwd, maxBuffer: 2 ** 28 })
    return { code: 0, output: stdout }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
    return { code, output: stdout + stderr }
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

/** The tester, which is installed when it is not there yet; or what is missing for that, as a clause. */
async function testerProgram(): Promise<{ readonly path: string } | { readonly missing: string }> {
  const directory = join(homedir(), '.cache', 'execution-broker', `schemathesis-${VERSION}`)
  const path = join(directory, 'bin', 'schemathesis')
  const complete = join(directory, 'complete')
  if (existsSync(complete)) return { path }
  try {
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory, { recursive: true })
    await run('python3', ['-m', 'venv', directory])
    await run(join(directory, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`], { timeout: 150_000 })
    writeFileSync(complete, '')
    return { path }
  } catch (error) {
    const reason = (error as Error).message.split('\n').at(-1) ?? ''
    return { missing: `schemathesis ${VERSION} could not be installed with python3 and pip (${reason})` }
  }
}
