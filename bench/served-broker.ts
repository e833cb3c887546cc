/** A broker in a process of its own, as it is in use: what it does is not slowed down by who measures it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A broker starts in a second or two, but a machine may be busy. */
const READY_WITHIN_MS = 60_000

export interface ServedBroker {
  readonly url: string
  readonly pid: number
  readonly dataDirectory: string
  /** Ends the process and leaves its data. */
  readonly stop: () => Promise<void>
  /** Ends the process and leaves nothing behind. */
  readonly close: () => Promise<void>
}

/** Serves a broker on a free port, with a data directory of its own. `config` is what would be in `broker.yaml`. */
export async function serveBroker(config: Readonly<Record<string, unknown>>): Promise<ServedBroker> {
  const directory = mkdtempSync(join(tmpdir(), 'broker-bench-'))
  const file = join(directory, 'broker.yaml')
  const dataDirectory = join(directory, 'data')
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify({ dataDirectory, listen: { port: 0 }, log: { level: 'error' }, ...config }))
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/broker.ts', 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environmentWithoutBroker(),
  })
  // Whoever measures may end in the middle, as a test does whose time is up; the broker does not outlive it.
  const endWithUs = () => child.kill('SIGTERM')
  process.once('exit', endWithUs)
  child.once('exit', () => process.off('exit', endWithUs))
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  const close = async () => {
    await stop()
    rmSync(directory, { recursive: true })
  }
  try {
    return { url: await readyUrl(child), pid: child.pid as number, dataDirectory, stop, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The settings of whoever measures are not those of what is measured. */
function environmentWithoutBroker(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BROKER_')))
}

/** Waits for the sentence that says where the broker is. What it prints afterwards is read and dropped. */
async function readyUrl(child: ChildProcess): Promise<string> {
  const output = child.stdout as Readable
  for await (const line of createInterface({ input: output, signal: AbortSignal.timeout(READY_WITHIN_MS) })) {
    const url = /^The broker is ready at (http:[\w.:/]+)/.exec(line)?.[1]
    if (!url) continue
    output.resume()
    return url
  }
  throw new Error('the broker did not become ready')
}
