#!/usr/bin/env node
/** The command `broker`. What serves is loaded only when it is asked for, so that the client commands start quickly. */
import { readFileSync } from 'node:fs'
import { BrokerError } from './domain/errors.ts'
import { EXIT } from './cli/exit-codes.ts'
import { buildProgram, type ServiceCommands } from './cli/program.ts'

const NODE_OLDEST = [20, 19] as const

refuseOldNode()
endWithTheReader()
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const service: ServiceCommands = {
  serve: (options) => plainly(async () => (await import('./serve.ts')).serve(options)),
  configCheck: (options) => plainly(async () => (await import('./config-commands.ts')).configCheck(options)),
  configPrint: (options) => plainly(async () => (await import('./config-commands.ts')).configPrint(options)),
}
const program = buildProgram(service, { url: process.env.BROKER_URL, version }, (exitCode) => {
  process.exitCode = exitCode
})
await program.parseAsync()

/** What is expected to go wrong is one sentence; the rest is a crash, with everything that helps to mend it. */
async function plainly(command: () => Promise<number>): Promise<number> {
  try {
    return await command()
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    process.stderr.write(`${error.detail}\n`)
    return EXIT.failed
  }
}

function refuseOldNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor >= NODE_OLDEST[1])) return
  process.stderr.write(`The broker needs Node ${NODE_OLDEST.join('.')} or later; this is ${process.versions.node}.\n`)
  process.exit(EXIT.usage)
}

/** A reader that has seen enough (`broker list | head`) ends the command in silence, as it ends other programs. */
function endWithTheReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    throw error
  })
}
