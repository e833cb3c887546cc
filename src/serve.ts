/** The command that is the broker itself. */
import { resolve } from 'node:path'
import { pino, stdTimeFunctions, type Logger } from 'pino'
import { EXIT } from './cli/exit-codes.ts'
import { processTerminal } from './cli/terminal.ts'
import { visible } from './cli/visible.ts'
import type { ServeOptions } from './cli/program.ts'
import type { Config } from './config-schema.ts'
import { loadConfig, milliseconds } from './config.ts'
import { isBrokerError } from './domain/errors.ts'
import { enginePlaces } from './engine-places.ts'
import { catchAccidents } from './accidents.ts'
import { startBroker, type RunningBroker } from './main.ts'
import { systemClock } from './system-clock.ts'
import { tracesOf } from './tracing-here.ts'

/** A log stream that a terminal may show: JSON itself writes out the first of the control characters only. */
function visibleLog(): { write(line: string): void } {
  const stderr = pino.destination({ dest: 2, sync: true })
  return { write: (line) => void stderr.write(`${visible(line.trimEnd())}\n`) }
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Serves until SIGTERM or SIGINT; SIGHUP makes it read its configuration again. */
export async function serve(options: ServeOptions): Promise<number> {
  const config = configOf(options)
  const tracing = await tracesOf(process.env)
  const mixin = tracing ? { mixin: tracing.logFields } : {}
  const logger = pino({ level: config.log.level, timestamp: stdTimeFunctions.isoTime, ...mixin }, visibleLog())
  const { stopped, hurry } = stopSignals()
  // Before the broker is ready: the usual answer to SIGHUP is to end.
  let reloaded: Promise<void> = Promise.resolve()
  const starting = startBroker(config, {
    clock: systemClock,
    logger,
    tracing,
    engines: enginePlaces(process.env),
  })
  process.on('SIGHUP', () => {
    reloaded = Promise.all([starting, reloaded]).then(
      ([broker]) => reloadNow(broker, options, logger),
      // The start tells why it failed.
      () => undefined,
    )
  })
  const broker = await starting
  catchAccidents(logger)
  const terminal = processTerminal()
  const notes = [...broker.notes, `Its files are in ${resolve(config.dataDirectory)}.`]
  if (options.json) {
    terminal.result(JSON.stringify({ type: 'ready', url: broker.url, pid: process.pid, notes }))
  } else {
    for (const note of notes) terminal.result(note)
    terminal.result(`The broker is ready at ${broker.url}; Ctrl-C stops it.`)
  }
  const signal = await stopped
  logger.info({ signal }, 'The broker stops.')
  const timer = setTimeout(() => giveUp(config, logger), milliseconds(config.shutdown.graceTime))
  await reloaded
  await broker.stop(hurry)
  await tracing?.close().catch((error: unknown) => logger.warn({ err: error }, 'The last traces could not be sent.'))
  clearTimeout(timer)
  return EXIT.ok
}

/**
 * The first SIGTERM or SIGINT, and whether to hurry: somebody at a keyboard does not wait, nor does whoever asks twice.
 * The signal after that ends the process, as it does any other.
 */
function stopSignals(): { stopped: Promise<NodeJS.Signals>; hurry: AbortSignal } {
  const hurry = new AbortController()
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      resolve(signal)
      if (signal === 'SIGINT' || asked) {
        hurry.abort()
        for (const name of STOP_SIGNALS) process.off(name, onSignal)
      }
      asked = true
    }
    for (const name of STOP_SIGNALS) process.on(name, onSignal)
  })
  return { stopped, hurry: hurry.signal }
}

/** Whoever takes over needs only the leases to be over, as after a crash. */
function giveUp({ shutdown }: Config, logger: Logger): never {
  logger.error(`The broker was not done within ${shutdown.graceTime}; what it did not hand over goes on elsewhere.`)
  process.exit(EXIT.failed)
}

function configOf(options: ServeOptions): Config {
  const { config } = loadConfig({
    file: options.config,
    environment: process.env,
    options: {
      role: options.role,
      'listen.host': options.host,
      'listen.port': options.port,
      dataDirectory: options.dataDirectory,
    },
  })
  return config
}

/** Whatever is wrong with the new configuration, the broker goes on as before, and says so. */
async function reloadNow(broker: RunningBroker, options: ServeOptions, logger: Logger): Promise<void> {
  try {
    const { taken, waiting } = await broker.reload(configOf(options))
    const nothing = waiting.length > 0 ? 'nothing of it takes effect now' : 'it says what runs already'
    const words = taken.length > 0 ? `in effect: ${taken.join(', ')}` : nothing
    logger.info({ taken }, `The configuration was read again; ${words}.`)
    if (waiting.length > 0) logger.warn({ waiting }, `Only a restart brings into effect: ${waiting.join(', ')}.`)
  } catch (error) {
    const why = isBrokerError(error) ? error.detail : 'Something unexpected happened.'
    logger.error({ err: error }, `The configuration was read again and could not be taken over: ${why}`)
  }
}
