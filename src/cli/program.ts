/** The command line: which commands and options there are. */
import { Command, InvalidArgumentError } from 'commander'
import { BrokerClient } from '../client/broker-client.ts'
import * as commands from './commands.ts'
import { processTerminal } from './terminal.ts'

/** What the commands that are no clients do; they are handed in, because they are the broker itself. */
export interface ServiceCommands {
  serve(options: { config?: string; host?: string; port?: number; dataDirectory?: string }): Promise<number>
  configPrint(options: { config?: string; json?: boolean }): Promise<number>
  configCheck(options: { config?: string }): Promise<number>
}

const DEFAULT_URL = 'http://127.0.0.1:8082'

/** Builds the command line. `finish` is told the exit code of the command that was run. */
export function buildProgram(
  service: ServiceCommands,
  environment: { readonly url: string | undefined; readonly version: string },
  finish: (exitCode: number) => void,
): Command {
  const program = new Command('broker')
    .description('Offers, runs and accounts for executions, as the IVOA ExecutionBroker standard says.')
    .version(environment.version)
    .showHelpAfterError("('broker --help' lists the commands)")
  const terminal = processTerminal()

  const client = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--server <url>', 'the broker to talk to', environment.url ?? DEFAULT_URL)
      .option('--json', 'answer in JSON', false)

  const act = (
    options: { server: string; json: boolean },
    command: (context: commands.CommandContext) => Promise<number>,
  ) => {
    const context: commands.CommandContext = {
      client: new BrokerClient(options.server),
      terminal,
      json: options.json,
      onInterrupt: (callback) => {
        process.on('SIGINT', callback)
        return () => process.off('SIGINT', callback)
      },
    }
    return commands.guarded(context, () => command(context)).then(finish)
  }

  program
    .command('serve')
    .description('start a broker')
    .option('--config <file>', 'the configuration file')
    .option('--host <address>', 'the address to listen on')
    .option('--port <number>', 'the port to listen on; 0 takes a free one', wholeNumber)
    .option('--data-directory <path>', 'where the broker keeps its files')
    .action((options: Parameters<ServiceCommands['serve']>[0]) => service.serve(options).then(finish))

  const config = program.command('config').description('look at the configuration')
  config
    .command('check')
    .description('say whether the configuration is right')
    .option('--config <file>', 'the configuration file')
    .action((options: { config?: string }) => service.configCheck(options).then(finish))
  config
    .command('print')
    .description('print every value and where it came from')
    .option('--config <file>', 'the configuration file')
    .option('--json', 'as JSON', false)
    .action((options: { config?: string; json?: boolean }) => service.configPrint(options).then(finish))

  client('run <file>', 'ask for offers, accept one, and follow it to its end; ends with the exit code of the program')
    .option('--offer <number>', 'which offer to accept', wholeNumber, 1)
    .action((file: string, options: ClientOptions & { offer: number }) =>
      act(options, (context) => commands.run(file, options, context)),
    )
  client('request <file>', 'ask for offers and show them').action((file: string, options: ClientOptions) =>
    act(options, (context) => commands.request(file, context)),
  )
  client('accept <uuid>', 'accept an offer')
    .option('-f, --follow', 'follow it to its end', false)
    .action((uuid: string, options: ClientOptions & { follow: boolean }) =>
      act(options, (context) => commands.accept(uuid, options, context)),
    )
  client('status <uuid>', 'show an execution').action((uuid: string, options: ClientOptions) =>
    act(options, (context) => commands.status(uuid, context)),
  )
  client('logs <uuid>', 'show what the program of an execution wrote')
    .option('-f, --follow', 'wait for more until it ends', false)
    .option('--stderr', 'stderr instead of stdout', false)
    .action((uuid: string, options: ClientOptions & { follow: boolean; stderr: boolean }) =>
      act(options, (context) => commands.logs(uuid, options, context)),
    )
  client('cancel <uuid>', 'cancel an execution').action((uuid: string, options: ClientOptions) =>
    act(options, (context) => commands.cancel(uuid, context)),
  )
  client('list', 'list the newest executions')
    .option('--phase <phase>', 'only those in this phase; may be given several times', collect, [])
    .option('--limit <number>', 'how many', wholeNumber, 20)
    .action((options: ClientOptions & { phase: string[]; limit: number }) =>
      act(options, (context) => commands.list(options, context)),
    )
  return program
}

interface ClientOptions {
  readonly server: string
  readonly json: boolean
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is not a whole number.')
  return Number(text)
}

function collect(text: string, before: string[]): string[] {
  return [...before, text]
}
