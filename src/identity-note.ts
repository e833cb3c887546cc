/** The line about accounts that a broker says at its start, and the first administrator that it makes then. */
import { ensureAdministrator } from './accounts/accounts.ts'
import type { Config } from './config-schema.ts'
import type { IdSource } from './domain/ids.ts'
import type { WorkerContext } from './lifecycle/worker-context.ts'
import { secretIn } from './secrets.ts'

/** Notes for the operator on who may come in; makes the first administrator where there is none. */
export async function identityNote(
  config: Config,
  { database, clock }: Pick<WorkerContext, 'database' | 'clock'>,
  ids: IdSource,
): Promise<string> {
  if (!config.identity) return 'No identities are configured, so everybody on this machine is the local user.'
  const { adminPasswordFile: file } = config.identity
  const chosen = file === undefined ? undefined : () => secretIn(file, 'the password of the first administrator')
  const made = await ensureAdministrator(database, ids.uuid(), clock.now(), chosen)
  if (!made) return 'Callers have to say who they are.'
  const { password, warning } = made
  if (file !== undefined) {
    const advice = warning === undefined ? '' : ` People would not be let choose it: ${warning}.`
    return `The first administrator is admin with the password in ${file}.${advice}`
  }
  return `The first administrator is admin with the password ${password} (shown this once). Change it first: set BROKER_USER to admin and BROKER_PASSWORD to it, and call 'broker password'.`
}
