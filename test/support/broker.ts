/** A broker for tests: in this process, on a database of its own, with a simulated platform of known size. */
import { NO_ENGINES } from '../../src/engine-places.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import { loadConfig } from '../../src/config.ts'
import type { Clock } from '../../src/domain/clock.ts'
import { startBroker, type RunningBroker } from '../../src/main.ts'
import type { Reloaded } from '../../src/reload.ts'
import { systemClock } from '../../src/system-clock.ts'
import { temporaryDatabase } from './database.ts'

export interface TestBroker {
  readonly url: string
  /** What it said at its start. */
  readonly notes: readonly string[]
  readonly dataDirectory: string
  /** The database server; undefined for the embedded one. */
  readonly databaseUrl: string | undefined
  /** Takes over other values while it runs. */
  reload(options: Record<string, unknown>): Promise<Reloaded>
  /** Stops the broker and starts it again on the same data, with other values where they are given. */
  restart(changed?: Record<string, unknown>): Promise<void>
  /** Stops the broker, does something, and starts it again. */
  stopped(work: () => Promise<void>): Promise<void>
  /** Stops it and leaves nothing behind. */
  close(): Promise<void>
}

/** What most tests want: one small simulated pool, programs that end at once, loopback allowed for data. */
const USUAL = {
  'listen.port': 0,
  'data.allowedNetworks': ['127.0.0.0/8'],
  'execution.observeEvery': 'PT0.2S',
  platforms: [
    {
      type: 'simulated',
      name: 'simulated',
      duration: 'PT0.02S',
      pools: [{ name: 'default', cores: 8, memory: 16, storage: 100 }],
    },
  ],
}

/**
 * Starts a broker; `options` are configuration values by their path. With `beside`, it shares the database and the
 * simulated platform of another one, which only works on a server.
 */
export async function testBroker(
  options: Record<string, unknown> = {},
  clock: Clock = systemClock,
  beside?: TestBroker,
  logger: Logger = pino({ level: process.env.BROKER_TEST_LOG ?? 'silent' }),
): Promise<TestBroker> {
  const dataDirectory = beside?.dataDirectory ?? mkdtempSync(join(tmpdir(), 'broker-'))
  const temporary = beside
    ? { url: beside.databaseUrl as string, drop: async () => undefined }
    : await temporaryDatabase()
  const configOf = (changed: Record<string, unknown>) => {
    const database = temporary ? { 'database.url': temporary.url } : {}
    return loadConfig({ environment: {}, options: { ...USUAL, dataDirectory, ...database, ...options, ...changed } })
      .config
  }
  const start = (changed = {}) => startBroker(configOf(changed), { clock, logger, engines: NO_ENGINES })
  let running: RunningBroker = await start()
  return {
    get url() {
      return running.url
    },
    get notes() {
      return running.notes
    },
    dataDirectory,
    databaseUrl: temporary?.url,
    reload: (changed) => running.reload(configOf(changed)),
    restart: async (changed) => {
      await running.stop()
      running = await start(changed)
    },
    stopped: async (work) => {
      await running.stop()
      try {
        await work()
      } finally {
        running = await start()
      }
    },
    close: async () => {
      await running.stop()
      await temporary?.drop()
      if (!beside) rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}
