/** Which commands and options there are for those who look after a broker, and for everybody's own account. */
import type { Command } from 'commander'
import * as admin from './admin.ts'
import type { CommandContext } from './commands.ts'
import { maintenanceCommands } from './maintenance-program.ts'
import * as motd from './motd.ts'

/** How commands that talk to a broker are made and carried out. */
export interface CommandMaker<Options> {
  /** A command with the options that all of them have. */
  readonly make: (parent: Command, name: string, description: string) => Command
  readonly act: (options: Options, command: (context: CommandContext) => Promise<number>) => Promise<void>
  readonly positiveNumber: (text: string) => number
  readonly collect: (text: string, before: string[]) => string[]
}

const PASSWORD_FILE = [
  '--password-file <file>',
  'a file with the password, or - for the input; one is made otherwise',
] as const

const KEEP_TOKENS = ['--keep-tokens', 'let access tokens stay good, which are revoked otherwise'] as const

/** Adds `broker admin …`. */
export function adminCommands<Options>(program: Command, maker: CommandMaker<Options>): void {
  const { make, act, positiveNumber, collect } = maker
  const parent = program
    .command('admin')
    .description('look after accounts, pools, quotas, parked work, and the audit log')
  make(parent, 'identities', 'list the accounts')
    .option('--limit <number>', 'how many', positiveNumber, 100)
    .action((options: Options & { limit: number }) => act(options, (context) => admin.identities(options, context)))
  make(parent, 'identity <account>', 'show an account, by its user name or its UUID').action(
    (account: string, options: Options) => act(options, (context) => admin.identity(account, context)),
  )
  make(parent, 'create <username>', 'make an account')
    .option(...PASSWORD_FILE)
    .option('--role <role>', 'user, operator or admin; may be given several times; user otherwise', collect, [])
    .option('--group <name>', 'a group that it is in; may be given several times', collect, [])
    .option('--display-name <text>', 'what people call it')
    .action((username: string, options: Options & admin.NewIdentity) =>
      act(options, (context) => admin.create(username, options, context)),
    )
  make(parent, 'disable <account>', 'refuse an account from now on')
    .option(...KEEP_TOKENS)
    .option('--cancel', 'cancel its executions, which go on to their end otherwise')
    .action((account: string, options: Options & admin.KeepTokens & { cancel?: boolean }) =>
      act(options, (context) => admin.disable(account, options, context)),
    )
  make(parent, 'enable <account>', 'let an account in again').action((account: string, options: Options) =>
    act(options, (context) => admin.change(account, { disabled: false }, context)),
  )
  make(parent, 'password <account>', 'give an account another password, which it has to change')
    .option(...PASSWORD_FILE)
    .option(...KEEP_TOKENS)
    .action((account: string, options: Options & { passwordFile?: string } & admin.KeepTokens) =>
      act(options, (context) => admin.resetPassword(account, options, context)),
    )
  make(parent, 'roles <account> <roles...>', 'give an account these roles: user, operator, admin').action(
    (account: string, roles: string[], options: Options) =>
      act(options, (context) => admin.change(account, { roles: roles as ('user' | 'operator' | 'admin')[] }, context)),
  )
  make(parent, 'groups <account> [groups...]', 'put an account into these groups and no others').action(
    (account: string, groups: string[], options: Options) =>
      act(options, (context) => admin.change(account, { groups }, context)),
  )
  make(parent, 'quotas', 'show who uses how much of the quotas').action((options: Options) =>
    act(options, (context) => admin.quotas(context)),
  )
  make(parent, 'work', 'show what was parked because it failed again and again')
    .option('--limit <number>', 'how many', positiveNumber, 50)
    .action((options: Options & { limit: number }) => act(options, (context) => admin.work(options, context)))
  make(parent, 'retry <uuid>', 'try again the parked work of an execution').action((uuid: string, options: Options) =>
    act(options, (context) => admin.retry(uuid, context)),
  )
  make(parent, 'drain <pool>', 'let nothing new into a pool, such as before a repair; what was promised is kept')
    .option('--reason <text>', 'why, as a sentence; it is told to those who ask in vain')
    .action((pool: string, options: Options & { reason?: string }) => {
      const { reason } = options
      return act(options, (context) => admin.drain(pool, reason === undefined ? {} : { reason }, context))
    })
  make(parent, 'open <pool>', 'let new work into a pool again').action((pool: string, options: Options) =>
    act(options, (context) => admin.drain(pool, undefined, context)),
  )
  maintenanceCommands(parent, maker)
  make(parent, 'motd [text]', 'set the message of the day, one line that everybody is shown; without a text, show it')
    .option('--until <instant>', 'when it goes by itself, such as 2026-11-26T18:00Z')
    .option('--none', 'say nothing any more')
    .action((text: string | undefined, options: Options & motd.MotdOptions) =>
      act(options, (context) => motd.messageOfTheDay(text, options, context)),
    )
  make(parent, 'audit', 'show what was done, newest first')
    .option('--limit <number>', 'how many entries', positiveNumber, 50)
    .option('--all', 'everything that is kept; with --json, for another program to keep')
    .option('--action <text>', "only this action, such as 'create identity'")
    .option('--actor <name>', 'only what this user did')
    .action((options: Options & { limit: number }) => act(options, (context) => admin.audit(options, context)))
}

/** Adds the commands for one's own account. */
export function accountCommands<Options>(program: Command, { make, act }: CommandMaker<Options>): void {
  make(program, 'password', 'change your password; BROKER_USER and BROKER_PASSWORD say the present one')
    .alias('passwd')
    .option(...PASSWORD_FILE)
    .option(...KEEP_TOKENS)
    .action((options: Options & { passwordFile?: string } & admin.KeepTokens) =>
      act(options, (context) => admin.ownPassword(options, context)),
    )
  make(program, 'token <name>', 'make an access token for the commands and for scripts')
    .option('--duration <duration>', 'how long it is good, such as P90D; as long as the site allows otherwise')
    .action((name: string, options: Options & { duration?: string }) =>
      act(options, (context) => admin.token(name, options, context)),
    )
  make(
    program,
    'share <uuid> [groups...]',
    'show an execution or an offer set to the members of groups; alone, say to which',
  )
    .option('--none', 'show it to nobody any more')
    .action((uuid: string, groups: string[], options: Options & { none?: boolean }) =>
      act(options, (context) => admin.share(uuid, groups, options, context)),
    )
}
