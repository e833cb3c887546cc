/** Runs the command line. What serves is loaded only when it is asked for, so that the client commands start quickly. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { EXIT } from './cli/exit-codes.ts'
import { buildProgram, type ServiceCommands } from './cli/program.ts'
import { processTerminal } from './cli/terminal.ts'
import { written } from './environment.ts'
import { BrokerError } from './domain/errors.ts'
import { codeOf } from './domain/error-code.ts'

endWithTheReader()
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const service: ServiceCommands = {
  serve: (options) => plainly(options, async () => (await import('./serve.ts')).serve(options)),
  doctor: (options) => plainly(options, async () => (await import('./doctor-command.ts')).doctor(options)),
  configCheck: (options) => plainly(options, async () => (await import('./config-commands.ts')).configCheck(options)),
  platformConfirm: (name, options) =>
    plainly(options, async () => (await import('./platform-commands.ts')).platformConfirm(name, options)),
  policyCheck: (options) => plainly(options, async () => (await import('./policy-commands.ts')).policyCheck(options)),
  policyExplain: (file, options) =>
    plainly(options, async () => (await import('./policy-commands.ts')).policyExplain(file, options)),
  configPrint: (options) => plainly(options, async () => (await import('./config-commands.ts')).configPrint(options)),
}
const program = buildProgram(
  service,
  {
    url: written(process.env.BROKER_URL),
    stateDirectory: process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'),
    debugs: written(process.env.BROKER_DEBUG) !== undefined,
    token: written(process.env.BROKER_TOKEN),
    username: written(process.env.BROKER_USER),
    password: written(process.env.BROKER_PASSWORD),
    version,
  },
  (exitCode) => {
    process.exitCode = exitCode
  },
)
try {
  await program.parseAsync()
} catch (error) {
  // What was typed cannot be understood, which was said; or help was asked for, which was given.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
}

/** An expected failure is one sentence; the rest is a crash, shown with everything that helps to mend it. */
async function plainly({ json }: { json?: boolean }, command: () => Promise<number>): Promise<number> {
  try {
    return await command()
  } catch (error) {
    // Whoever starts a service may know where its parts are. What others wrote may be in it, so it passes the terminal too.
    const message = error instanceof BrokerError ? error.forOperator : inspect(error)
    const said = json ? JSON.stringify({ type: 'error', message, exitCode: EXIT.failed }) : message
    const terminal = processTerminal()
    for (const line of said.split('\n')) terminal.say(line)
    return EXIT.failed
  }
}

/** A reader that has seen enough (`broker list | head`) ends the command in silence, as it ends other programs. */
function endWithTheReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (codeOf(error) === 'EPIPE') process.exit(EXIT.readerGone)
      throw error
    })
  }
}
