/** Opens the database of a configuration: a server, or the embedded one under the lock of its directory. */
import { join } from 'node:path'
import type { Config } from './config-schema.ts'
import type { AwayLog } from './away-log.ts'
import { lockDirectory, makeDirectory, type DirectoryLock } from './store/data-directory.ts'
import type { Database } from './store/database.ts'
import { openEmbedded } from './store/embedded.ts'
import { openServer } from './store/server.ts'

/** Opens it; what has to be closed is added to `closing`. Throws UNAVAILABLE with a sentence for the operator. */
export async function openDatabase(
  config: Config,
  directory: string,
  log: Pick<AwayLog, 'away' | 'back'>,
  closing: (() => Promise<void>)[],
): Promise<Database> {
  if (config.database.url) {
    await makeDirectory(directory)
    const database = await openServer({
      url: config.database.url,
      connectionsMax: config.database.connections,
      onTrouble: log.away,
      onBack: log.back,
    })
    closing.push(() => database.close())
    return database
  }
  const lock: DirectoryLock = await lockDirectory(directory)
  closing.push(() => lock.release())
  const database = await openEmbedded(join(directory, 'database'))
  closing.push(() => database.close())
  return database
}
