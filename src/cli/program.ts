/** The command line: which commands and options there are. */
import { fetchKept, type FetchOptions } from './fetch.ts'
import { Command } from 'commander'
import { BrokerClient } from '../client/broker-client.ts'
import { shownBy } from '../client/credentials.ts'
import { accountCommands, adminCommands, type CommandMaker } from './admin-program.ts'
import { capacity } from './capacity.ts'
import * as commands from './commands.ts'
import * as offering from './offering.ts'
import { EXIT, exitCodeLines } from './exit-codes.ts'
import { CommandError, guarded } from './failures.ts'
import { gibibytes, positiveNumber, wholeNumber } from './numbers.ts'
import { processTerminal } from './terminal.ts'
import { withOptionAdvice } from './typed.ts'

/** The options of `broker serve`. */
export interface ServeOptions {
  readonly config?: string
  readonly role?: string
  readonly host?: string
  readonly port?: number
  readonly dataDirectory?: string
  readonly json?: boolean
}

/** The options of the commands that look at the configuration. */
export interface ConfigOptions {
  readonly config?: string
  readonly json?: boolean
}

/** The options of `broker policy explain`. */
export interface ExplainOptions extends ConfigOptions {
  readonly user?: string
  readonly group: readonly string[]
}

/** What the commands that are no clients do; they are handed in, because they are the broker itself. */
export interface ServiceCommands {
  serve(options: ServeOptions): Promise<number>
  doctor(options: ConfigOptions): Promise<number>
  configPrint(options: ConfigOptions): Promise<number>
  configCheck(options: ConfigOptions): Promise<number>
  platformConfirm(name: string, options: ConfigOptions): Promise<number>
  policyCheck(options: ConfigOptions): Promise<number>
  policyExplain(file: string, options: ExplainOptions): Promise<number>
}

interface ClientOptions {
  readonly server: string
  readonly json?: boolean
}

const DEFAULT_URL = 'http://127.0.0.1:8082'

/** What is told to a broker that asks who is calling. */
export interface Credentials {
  readonly token: string | undefined
  /** Instead of a token, such as before there is one. */
  readonly username: string | undefined
  readonly password: string | undefined
}

/** Settings that the commands that talk to a broker take from the environment. */
export interface ClientEnvironment extends Credentials {
  readonly url: string | undefined
  readonly stateDirectory: string
  /** True to show where an unexpected error happened. */
  readonly debugs: boolean
}

/** A secret is not given as an option, which others on the machine could read. */
const TOKEN_HELP = [
  'A broker that asks who is calling is told with the environment variable BROKER_TOKEN: an access token.',
  "To begin with, 'broker token NAME' makes one when BROKER_USER and BROKER_PASSWORD say who you are.",
].join('\n')

const LENIENT_HELP = 'go on without the fields that the contract does not have'

const RUN_HELP = `
WHAT is the file of a request in YAML or JSON (by its name), - for YAML or JSON from the input, or an image:

  broker run busybox:1.37 --duration 5m -- echo hello
  broker run busybox:1.37 --data https://example.org/stars.csv --save https://example.org/sorted.csv \\
      -- sh -c 'sort /data/stars.csv > /results/sorted.csv'

A file has the last part of its URL as its name. Where there are several, the first is in /data/1, the second in /data/2;
likewise in /results.`

/**
 * Builds the command line. `finish` is told the exit code of the command that was run; what cannot be understood is
 * told to the person and thrown as a CommanderError.
 */
export function buildProgram(
  service: ServiceCommands,
  environment: ClientEnvironment & { readonly version: string },
  finish: (exitCode: number) => void,
): Command {
  const program = new Command('broker')
    .description('Offers, runs and accounts for executions, as the IVOA ExecutionBroker standard says.')
    .version(environment.version)
    .exitOverride()
    .showHelpAfterError("('broker --help' lists the commands)")
    .addHelpText('after', ['', 'Exit codes:', ...exitCodeLines(), '', TOKEN_HELP].join('\n'))
  serviceCommands(program, service, finish)
  clientCommands(program, environment, finish)
  return program
}

function serviceCommands(program: Command, service: ServiceCommands, finish: (exitCode: number) => void): void {
  program
    .command('serve')
    .description('start a broker')
    .option('--config <file>', 'the configuration file')
    .option('--role <role>', 'offers, executions or worker, for one of several processes; all when left out')
    .option('--host <address>', 'the address to listen on')
    .option('--port <number>', 'the port to listen on; 0 takes a free one', wholeNumber)
    .option('--data-directory <path>', 'where the broker keeps its files')
    .option('--json', 'say in JSON that it is ready and where')
    .action((options: ServeOptions) => service.serve(options).then(finish))
  program
    .command('doctor')
    .description(
      'examine the configuration, the database, the platforms and what else a broker needs, and say what to do',
    )
    .option('--config <file>', 'the configuration file')
    .option('--json', 'answer in JSON, one finding a line')
    .addHelpText(
      'after',
      '\nA broker may run or not, and is not disturbed. Warnings leave the exit code as it is; problems make it 1.',
    )
    .action((options: ConfigOptions) => service.doctor(options).then(finish))
  const config = program.command('config').description('look at the configuration')
  config
    .command('check')
    .description('say whether the configuration is right')
    .option('--config <file>', 'the configuration file')
    .option('--json', 'answer in JSON')
    .action((options: ConfigOptions) => service.configCheck(options).then(finish))
  config
    .command('print')
    .description('print every value and where it came from')
    .option('--config <file>', 'the configuration file')
    .option('--json', 'answer in JSON, one value a line')
    .action((options: ConfigOptions) => service.configPrint(options).then(finish))
  program
    .command('platform')
    .description('say which engines the platforms are')
    .command('confirm <name>')
    .description('say that the engine that answers now is the platform of that name, such as after a new installation')
    .option('--config <file>', 'the configuration file')
    .option('--json', 'answer in JSON')
    .addHelpText('after', '\nWhat ran on the engine before is lost. With the embedded database, stop the broker first.')
    .action((name: string, options: ConfigOptions) => service.platformConfirm(name, options).then(finish))
  const policy = program.command('policy').description('look at what the policies of the site allow')
  policy
    .command('check')
    .description('say whether the policies can be understood')
    .option('--config <file>', 'the configuration file')
    .option('--json', 'answer in JSON')
    .action((options: ConfigOptions) => service.policyCheck(options).then(finish))
  policy
    .command('explain <file>')
    .description(
      'show what each policy says about a request and why; nothing is offered, and quotas count nothing as used',
    )
    .option('--config <file>', 'the configuration file')
    .option('--user <name>', 'as if this user asked')
    .option('--group <name>', 'as if a member of this group asked; may be given several times', collectText, [])
    .option('--json', 'answer in JSON, one policy a line')
    .addHelpText('after', '\nThe file is a request in YAML or JSON (by its name); - reads YAML or JSON from the input.')
    .action((file: string, options: ExplainOptions) => service.policyExplain(file, options).then(finish))
}

function clientCommands(
  program: Command,
  { url: defaultUrl = DEFAULT_URL, stateDirectory, debugs, ...credentials }: ClientEnvironment,
  finish: (exitCode: number) => void,
): void {
  const client = (name: string, description: string, parent = program) =>
    withAdvice(parent.command(name))
      .description(description)
      .option('--server <url>', 'the broker to talk to (or the environment variable BROKER_URL)', defaultUrl)
      .option('--json', 'answer in JSON, one object a line')
  const act = (options: ClientOptions, command: (context: commands.CommandContext) => Promise<number>) => {
    const terminal = processTerminal()
    const { json = false, server } = options
    return guarded({ terminal, json, shows: shownBy(credentials), debugs }, async () =>
      command({
        client: new BrokerClient(brokerUrl(server), credentials),
        terminal,
        json,
        stateDirectory,
        onInterrupt,
      }),
    ).then(finish)
  }

  client(
    'run <what> [command...]',
    'ask for offers, accept one, and follow it to its end; ends with the exit code of the program',
  )
    .option('--offer <number>', 'which offer to accept', positiveNumber, 1)
    .option(
      '--start-within <duration>',
      'accept only what starts so soon at the latest; 0 accepts any start (without it, what may start within 10 min and is promised within 12 h)',
    )
    .option('--detach', 'print the UUID of the execution, and do not follow it')
    .option('--lenient', LENIENT_HELP)
    .option('--cores <number>', 'for an image: how many cores', positiveNumber)
    .option('--memory <GiB>', 'for an image: how much memory', gibibytes)
    .option('--duration <duration>', 'for an image: how long it runs at most, such as 30m')
    .option('--data <url>', 'for an image: data to read in /data; may be given several times', collectText, [])
    .option('--save <url>', 'for an image: where a file in /results goes; may be given several times', collectText, [])
    .option('--env <name=value>', 'for an image: its environment; may be given several times', collectText, [])
    .option('--name <text>', 'for an image: what the execution is called')
    .addHelpText('after', RUN_HELP)
    .action((what: string, command: string[], options: ClientOptions & offering.RunOptions) =>
      act(options, (context) => offering.run(what, command, options, context)),
    )
  client('request <file>', 'ask for offers and show them; nothing is run')
    .option('--lenient', LENIENT_HELP)
    .addHelpText(
      'after',
      '\nEarlier offers for the same file that are still open are given back when there are new ones.',
    )
    .action((file: string, options: ClientOptions & offering.AskOptions) =>
      act(options, (context) => offering.request(file, options, context)),
    )
  client('accept <uuid>', 'accept an offer')
    .option('-f, --follow', 'follow it to its end')
    .action((uuid: string, options: ClientOptions & { follow?: boolean }) =>
      act(options, (context) => offering.accept(uuid, options, context)),
    )
  client('reject <uuid>', 'give back an offer, or all the offers of an offer set').action(
    (uuid: string, options: ClientOptions) => act(options, (context) => offering.reject(uuid, context)),
  )
  client('status <uuid>', 'show an execution').action((uuid: string, options: ClientOptions) =>
    act(options, (context) => commands.status(uuid, context)),
  )
  client('logs <uuid>', 'show what the program of an execution wrote')
    .option('-f, --follow', 'wait for more until it ends')
    .option('--stderr', 'stderr instead of stdout')
    .option('--raw', 'as it was written; a terminal is given lines and colours only otherwise')
    .action((uuid: string, options: ClientOptions & { follow?: boolean; stderr?: boolean; raw?: boolean }) =>
      act(options, (context) => commands.logs(uuid, options, context)),
    )
  client('fetch <uuid>', 'fetch the results of an execution that could not be saved, while they are kept')
    .option('--to <directory>', 'where to put them', '.')
    .option('--file <name>', 'which file, where a result has several')
    .action((uuid: string, options: ClientOptions & FetchOptions) =>
      act(options, (context) => fetchKept(uuid, options, context)),
    )
  client('cancel <uuid>', 'cancel an execution')
    .option('--wait', 'wait until everything is given back')
    .action((uuid: string, options: ClientOptions & { wait?: boolean }) =>
      act(options, (context) => commands.cancel(uuid, options, context)),
    )
  client('extend <uuid> <duration>', 'let an execution run longer by 30m, 1h30m, 90s …').action(
    (uuid: string, duration: string, options: ClientOptions) =>
      act(options, (context) => commands.extend(uuid, duration, { less: false }, context)),
  )
  client(
    'shorten <uuid> <duration>',
    'let an execution run shorter; what it gives back is free for others at once',
  ).action((uuid: string, duration: string, options: ClientOptions) =>
    act(options, (context) => commands.extend(uuid, duration, { less: true }, context)),
  )
  client('change <uuid>', 'change what an execution runs on, before it is prepared, or what it is called')
    .option('--cores <number>', 'how many cores', positiveNumber)
    .option('--memory <GiB>', 'how much memory', gibibytes)
    .option('--name <text>', 'the name')
    .option('--description <text>', 'the description')
    .action((uuid: string, options: ClientOptions & commands.Changes) =>
      act(options, (context) => commands.change(uuid, options, context)),
    )
  client('done <uuid>', 'say that an execution is not needed any longer; its results are kept').action(
    (uuid: string, options: ClientOptions) => act(options, (context) => commands.done(uuid, context)),
  )
  client('capacity', 'draw how much of each pool is booked over the next hours')
    .option('--hours <number>', 'how many hours', positiveNumber, 24)
    .option('--pool <name>', 'only this pool; PLATFORM/NAME where several have the same name')
    .action((options: ClientOptions & { hours: number; pool?: string }) =>
      act(options, (context) => capacity({ ...options, columns: process.stdout.columns ?? 80 }, context)),
    )
  client('list', 'list the newest executions')
    .option('--phase <phase>', 'only those in this phase; may be given several times', collect, [])
    .option('--limit <number>', 'how many', positiveNumber, 20)
    .option('--shared', 'those of others that a group of yours is shown')
    .option('--all', "everybody's, for operators")
    .option('--user <name>', 'those of one user, for operators')
    .action((options: ClientOptions & { phase: string[]; limit: number } & commands.Whose) =>
      act(options, (context) => commands.list(options, context)),
    )
  const maker: CommandMaker<ClientOptions> = {
    make: (parent, name, description) => client(name, description, parent),
    act,
    positiveNumber,
    collect: collectText,
  }
  accountCommands(program, maker)
  adminCommands(program, maker)
}

/** Lets a command say what was meant by an option that it does not have. */
function withAdvice(command: Command): Command {
  return command.configureOutput({
    outputError: (text, write) => {
      const known = command.options.flatMap(({ long }) => long ?? [])
      write(withOptionAdvice(text, known, command.name() === 'run'))
    },
  })
}

function onInterrupt(callback: () => void): () => void {
  process.on('SIGINT', callback)
  return () => process.off('SIGINT', callback)
}

function brokerUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  const whole = `http://${text}`
  const isPlace = /^[\w.-]+:\d+(\/|$)|^\[[0-9a-f:]+\]|^[\w-]+(\.[\w-]+)+|^localhost/i.test(text) && URL.canParse(whole)
  throw new CommandError(
    `'${text}' is not the URL of a broker; write ${isPlace ? whole : `one such as ${DEFAULT_URL}`}.`,
    EXIT.usage,
  )
}

function collectText(text: string, before: string[]): string[] {
  return [...before, text]
}

function collect(text: string, before: string[]): string[] {
  return [...before, text.toUpperCase()]
}
