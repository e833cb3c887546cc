/** The command that is the broker itself. */
import { resolve } from 'node:path'
import { pino } from 'pino'
import type { ServeOptions } from './cli/program.ts'
import { engineSockets, loadConfig } from './config.ts'
import { startBroker } from './main.ts'
import { systemClock } from './system-clock.ts'

/** Serves until SIGTERM or SIGINT. */
export async function serve(options: ServeOptions): Promise<number> {
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
  const logger = pino({ level: config.log.level }, pino.destination({ dest: 2, sync: true }))
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve)
  })
  const broker = await startBroker(config, { clock: systemClock, logger, engineSockets: engineSockets(process.env) })
  const notes = [...broker.notes, `Its files are in ${resolve(config.dataDirectory)}.`]
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ type: 'ready', url: broker.url, pid: process.pid, notes })}\n`)
  } else {
    for (const note of notes) process.stdout.write(`${note}\n`)
    process.stdout.write(`The broker is ready at ${broker.url}; Ctrl-C stops it.\n`)
  }
  const signal = await stopped
  logger.info({ signal }, 'The broker stops.')
  await broker.stop()
  return 0
}
