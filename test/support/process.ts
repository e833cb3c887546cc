/** A broker in a process of its own, for tests that end it in ways that a program cannot see coming. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryDatabase } from './database.ts'

/** A broker that runs. */
export interface BrokerProcess {
  readonly url: string
  /** What it has logged so far, an entry for each line. */
  logged(): readonly Readonly<Record<string, unknown>>[]
  kill(signal: NodeJS.Signals): Promise<void>
}

/** The place where a broker keeps everything; processes come and go on it. */
export interface BrokerPlace {
  /** Starts a process, with more variables of the environment, and gives where it is reached. `kill` may be repeated. */
  start(more?: Readonly<Record<string, string>>): Promise<BrokerProcess>
  /** Leaves nothing behind; no process may run. */
  remove(): Promise<void>
}

const PLATFORM = '[{type: simulated, name: simulated, pools: [{name: default, cores: 64, memory: 64, storage: 1000}]}]'

/** Makes a place, on the database of this run of the suites; `settings` are more variables of the environment. */
export async function brokerPlace(settings: Readonly<Record<string, string>> = {}): Promise<BrokerPlace> {
  const directory = mkdtempSync(join(tmpdir(), 'broker-'))
  const database = await temporaryDatabase()
  const environment = {
    PATH: process.env.PATH,
    BROKER_DATA_DIRECTORY: directory,
    BROKER_LISTEN_PORT: '0',
    BROKER_LOG_LEVEL: 'error',
    BROKER_PLATFORMS: PLATFORM,
    ...settings,
    ...(database ? { BROKER_DATABASE_URL: database.url } : {}),
  }
  return {
    async start(more = {}) {
      const child = spawn(process.execPath, ['--import', 'tsx', 'src/broker.ts', 'serve'], {
        env: { ...environment, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const ended = once(child, 'close')
      let log = ''
      child.stderr.on('data', (part: Buffer) => {
        log += String(part)
        process.stderr.write(part)
      })
      return {
        url: await urlOf(child),
        logged: () => {
          const lines = log.split('\n').filter((line) => line !== '')
          return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
        },
        async kill(signal) {
          child.kill(signal)
          await ended
        },
      }
    },
    async remove() {
      await database?.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function urlOf(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const part of child.stdout ?? []) {
    text += String(part)
    const url = /ready at (http:[^\s;]+)/.exec(text)?.[1]
    if (url) return url
  }
  throw new Error(`the broker did not start: ${text}`)
}
