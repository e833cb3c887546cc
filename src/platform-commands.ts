/** The command by which an operator says that an engine under the name of another one is right. */
import { resolve } from 'node:path'
import type { ConfigOptions } from './cli/program.ts'
import { processTerminal } from './cli/terminal.ts'
import { loadConfig } from './config.ts'
import { BrokerError } from './domain/errors.ts'
import { openDatabase } from './open-database.ts'
import { withPlatforms } from './platforms-looked-at.ts'
import type { Platform } from './platforms/platform.ts'
import * as broker from './store/broker.ts'
import { migrate } from './store/migrate.ts'
import * as platforms from './store/platforms.ts'
import { systemClock } from './system-clock.ts'

/** A command ends with the first trouble, which it tells of itself. */
const UNWATCHED = { away: () => undefined, back: () => undefined }

/** Makes the engine that answers now the platform of that name; brokers on a server go on with it by themselves. */
export async function platformConfirm(name: string, { config: file, json }: ConfigOptions): Promise<number> {
  const { config } = loadConfig({ file, environment: process.env })
  const closing: (() => Promise<void>)[] = []
  try {
    const database = await openDatabase(config, resolve(config.dataDirectory), UNWATCHED, closing)
    await migrate(database, systemClock.now())
    const brokerId = (await broker.known(database)) ?? 'confirm'
    const [identity] = await withPlatforms(config, brokerId, async (platform) =>
      platform.name === name ? [await identityOf(platform)] : [],
    )
    if (identity === undefined)
      throw new BrokerError('NOT_FOUND', `No platform is called ${name}; 'broker doctor' shows those that there are.`)
    await platforms.replace(database, name, identity, systemClock.now())
    const said = `The platform ${name} is ${identity} from now on.`
    processTerminal().result(json ? JSON.stringify({ type: 'platform', name, identity }) : said)
    return 0
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

async function identityOf(platform: Platform): Promise<string> {
  const { identity } = await platform.probe()
  if (identity !== undefined) return identity
  throw new BrokerError(
    'UNPROCESSABLE',
    `The platform ${platform.name} does not say which one it is, so it is not compared.`,
  )
}
