/** The commands that talk to a broker. Each returns the exit code. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { BrokerClient } from '../client/broker-client.ts'
import { ProblemError, UnreachableError, type Execution, type RequestDocument } from '../client/broker-client.ts'
import { EXIT } from './exit-codes.ts'
import { exitCodeOf, follow } from './follow.ts'
import type { Terminal } from './terminal.ts'
import { allMessages, executionLines, messageLines, offerLines, outcomeLine, statusLines } from './words.ts'

/** What every command needs. */
export interface CommandContext {
  readonly client: BrokerClient
  readonly terminal: Terminal
  readonly json: boolean
  /** Calls back when the person presses Ctrl-C; the function that it returns ends that. */
  onInterrupt(callback: () => void): () => void
}

/** A command that failed in a way that the person can do something about. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(sentence: string, exitCode: number) {
    super(sentence)
    this.exitCode = exitCode
  }
}

/** Asks for offers, accepts one, and follows it to its end. */
export async function run(file: string, options: { offer: number }, context: CommandContext): Promise<number> {
  const { client, terminal } = context
  const offers = await askForOffers(file, context)
  if (!offers) return EXIT.refused
  const chosen = offers[options.offer - 1]
  if (!chosen?.meta.uuid)
    throw new CommandError(`There is no offer ${options.offer}; there are ${offers.length}.`, EXIT.usage)
  const accepted = await client.accept(chosen.meta.uuid)
  if (!context.json) terminal.say(`Accepted offer ${options.offer}, execution ${accepted.meta.uuid}.`)
  return followToEnd(chosen.meta.uuid, context)
}

/** Asks for offers and shows them. */
export async function request(file: string, context: CommandContext): Promise<number> {
  return (await askForOffers(file, context)) ? EXIT.ok : EXIT.refused
}

/** Accepts an offer. */
export async function accept(
  reference: string,
  options: { follow: boolean },
  context: CommandContext,
): Promise<number> {
  const execution = await context.client.accept(uuidOf(reference))
  if (options.follow) return followToEnd(uuidOf(reference), context)
  showExecution(execution, context)
  return EXIT.ok
}

/** Shows an execution. */
export async function status(reference: string, context: CommandContext): Promise<number> {
  showExecution(await context.client.execution(uuidOf(reference)), context)
  return EXIT.ok
}

/** Shows what a program wrote. */
export async function logs(
  reference: string,
  options: { follow: boolean; stderr: boolean },
  context: CommandContext,
): Promise<number> {
  const stream = options.stderr ? 'stderr' : 'stdout'
  for await (const bytes of context.client.output(uuidOf(reference), stream, { follow: options.follow })) {
    context.terminal.output('stdout', bytes)
  }
  return EXIT.ok
}

/** Cancels an execution, and waits until everything is given back when asked to. */
export async function cancel(reference: string, context: CommandContext): Promise<number> {
  const execution = await context.client.cancel(uuidOf(reference))
  showExecution(execution, context)
  return EXIT.ok
}

/** Lists the newest executions. */
export async function list(
  options: { phase: readonly string[]; limit: number },
  context: CommandContext,
): Promise<number> {
  const { client, terminal } = context
  const executions = await client.executions({ phases: options.phase, limit: options.limit })
  if (context.json) for (const execution of executions) terminal.result(JSON.stringify(execution))
  else for (const line of executionLines(executions)) terminal.result(line)
  return EXIT.ok
}

/** Runs a command and turns what the person can do something about into a sentence. */
export async function guarded(
  context: Pick<CommandContext, 'terminal'>,
  command: () => Promise<number>,
): Promise<number> {
  try {
    return await command()
  } catch (error) {
    const said = explain(error)
    if (!said) throw error
    for (const line of said.lines) context.terminal.say(line)
    return said.exitCode
  }
}

function explain(error: unknown): { lines: string[]; exitCode: number } | undefined {
  if (error instanceof CommandError) return { lines: [error.message], exitCode: error.exitCode }
  if (error instanceof UnreachableError) {
    const lines = [
      `No broker answers at ${error.url}.`,
      "Start one with 'broker serve', or name another with --server or BROKER_URL.",
    ]
    return { lines, exitCode: EXIT.unreachable }
  }
  if (error instanceof ProblemError) {
    const { title, detail, status, errors = [] } = error.problem
    const lines = [
      `${title}. ${detail ?? ''}`.trim(),
      ...errors.map((fault) => `  ${fault.pointer ?? fault.parameter ?? fault.header ?? ''}: ${fault.detail}`),
    ]
    return { lines, exitCode: status === 400 || status === 422 ? EXIT.refused : EXIT.failed }
  }
  return undefined
}

/** Shows the offers; undefined when the answer was NO, whose reasons are shown. */
async function askForOffers(
  file: string,
  { client, terminal, json }: CommandContext,
): Promise<Execution[] | undefined> {
  const offerSet = await client.request(await readDocument(file))
  const { offers = [] } = offerSet
  if (json) terminal.result(JSON.stringify({ type: 'offerset', ...offerSet }))
  else {
    for (const line of messageLines([...(offerSet.meta.messages ?? []), ...offers.flatMap(allMessages)]))
      terminal.say(line)
    if (offerSet.result === 'NO') terminal.say('The broker offers nothing for this request.')
    else for (const line of offerLines(offerSet, new Date())) terminal.say(line)
  }
  return offerSet.result === 'YES' ? offers : undefined
}

/** Follows an execution. Ctrl-C asks whether to cancel; without an answer, and when pressed again, the execution goes on. */
async function followToEnd(uuid: string, context: CommandContext): Promise<number> {
  const { client, terminal } = context
  const leaving = new AbortController()
  let asking = false
  const off = context.onInterrupt(() => {
    if (asking) {
      leaving.abort()
      return
    }
    asking = true
    void terminal
      .ask('Cancel the execution?')
      .then(async (yes) => {
        if (yes) await client.cancel(uuid)
        else if (yes === undefined) leaving.abort()
        else terminal.say('It goes on.')
      })
      .catch((error: unknown) => leaving.abort(error))
      .finally(() => (asking = false))
  })
  try {
    const execution = await follow(client, uuid, terminal, { json: context.json, signal: leaving.signal })
    if (!context.json) terminal.say(outcomeLine(execution))
    return exitCodeOf(execution)
  } catch (error) {
    if (!leaving.signal.aborted) throw error
    terminal.say(`The execution goes on; 'broker status ${uuid}' shows how, 'broker cancel ${uuid}' ends it.`)
    return EXIT.cancelled
  } finally {
    off()
  }
}

function showExecution(execution: Execution, { terminal, json }: CommandContext): void {
  if (json) terminal.result(JSON.stringify(execution))
  else for (const line of statusLines(execution)) terminal.result(line)
}

async function readDocument(file: string): Promise<RequestDocument> {
  const mediaType = file.endsWith('.json') ? 'application/json' : 'application/yaml'
  if (file === '-') return { text: await text(process.stdin), mediaType }
  try {
    return { text: await readFile(file, 'utf8'), mediaType }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new CommandError(`There is no file ${file}.`, EXIT.usage)
    throw new CommandError(`The file ${file} cannot be read (${code}).`, EXIT.usage)
  }
}

/** The UUID in a reference, which may be the URL of an execution. */
function uuidOf(reference: string): string {
  const uuid = reference.replace(/\/+$/, '').split('/').at(-1)?.toLowerCase() ?? ''
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return uuid
  throw new CommandError(`'${reference}' is not the UUID or the URL of an execution.`, EXIT.usage)
}
