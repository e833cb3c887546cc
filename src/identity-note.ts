/** The lines about accounts that a broker says at its start, and the first administrator and the names that it gives then. */
import { ensureAdministrator } from './accounts/accounts.ts'
import { nameAccounts } from './accounts/naming.ts'
import type { Config } from './config-schema.ts'
import type { IdSource } from './domain/ids.ts'
import type { WorkerContext } from './lifecycle/worker-context.ts'
import { userNamesOf } from './name-sources.ts'
import { secretIn } from './secrets.ts'

type Context = Pick<WorkerContext, 'database' | 'clock'>

/** Notes for the operator on who may come in; gives accounts their names, and makes the first administrator. */
export async function identityNotes(config: Config, context: Context, ids: IdSource): Promise<string[]> {
  if (!config.identity) return ['No identities are configured, so everybody on this machine is the local user.']
  const renamed = await nameAccounts(context.database, userNamesOf(config.identity), context.clock.now())
  const note = await administratorNote(config.identity, context, ids)
  if (renamed === 0) return [note]
  return [
    note,
    `The sources of users are others, so ${renamed === 1 ? 'one account is' : `${renamed} accounts are`} known by another name now; 'broker admin audit --action "rename identity"' lists them.`,
  ]
}

async function administratorNote(
  { adminPasswordFile: file }: NonNullable<Config['identity']>,
  { database, clock }: Context,
  ids: IdSource,
): Promise<string> {
  const chosen = file === undefined ? undefined : () => secretIn(file, 'the password of the first administrator')
  const made = await ensureAdministrator(database, ids.uuid(), clock.now(), chosen)
  if (!made) return 'Callers have to say who they are.'
  const { password, warning } = made
  if (file !== undefined) {
    const advice = warning === undefined ? '' : ` The password rules would refuse it: ${warning}.`
    return `The first administrator is admin with the password in ${file}.${advice}`
  }
  return `The first administrator is admin with the password ${password} (shown this once). Change it first: set BROKER_USER to admin and BROKER_PASSWORD to it, and call 'broker password'.`
}
