/** The commands that talk to a broker. Each returns the exit code. */
import { ProblemError } from '../client/broker-client.ts'
import type { BrokerClient, Execution, OfferSet, Schemas } from '../client/broker-client.ts'
import { readDocument } from './document.ts'
import { EXIT } from './exit-codes.ts'
import { secondsIn } from './figures.ts'
import { CommandError, problemLines } from './failures.ts'
import { exitCodeOf, follow, showOutput } from './follow.ts'
import { showMotd } from './motd.ts'
import type { Terminal } from './terminal.ts'
import {
  allMessages,
  executionLines,
  messageLines,
  offerLines,
  outcomeLine,
  startInWords,
  statusLines,
} from './words.ts'

/** What every command needs. */
export interface CommandContext {
  readonly client: BrokerClient
  readonly terminal: Terminal
  readonly json: boolean
  /** Calls back when the person presses Ctrl-C; the function that it returns ends that. */
  onInterrupt(callback: () => void): () => void
}

/** Asks for offers, accepts one, and follows it to its end. */
export async function run(file: string, options: { offer: number }, context: CommandContext): Promise<number> {
  const { client, terminal, json } = context
  const offerSet = await askForOffers(file, context)
  if (offerSet.result === 'NO') return EXIT.refused
  const { offers = [] } = offerSet
  const chosen = offers[options.offer - 1]
  if (!chosen?.meta.uuid) {
    // Nobody will accept one of these any more, so they do not keep others waiting until they expire.
    if (offerSet.meta.uuid) await client.rejectOffers(offerSet.meta.uuid)
    throw new CommandError(`There is no offer ${options.offer}; there are ${offers.length}.`, EXIT.usage)
  }
  const starts = startInWords(chosen, new Date())
  const accepted = await client.accept(chosen.meta.uuid)
  if (!json) {
    const when = starts.includes('accept') ? '' : `, which starts ${starts.startsWith('in') ? starts : `at ${starts}`}`
    terminal.say(`Accepted offer ${options.offer}${when}: execution ${accepted.meta.uuid}.`)
  }
  return followToEnd(chosen.meta.uuid, context)
}

/** Asks for offers and shows them. */
export async function request(file: string, context: CommandContext): Promise<number> {
  const { result } = await askForOffers(file, context)
  return result === 'YES' ? EXIT.ok : EXIT.refused
}

/** Accepts an offer. */
export async function accept(
  reference: string,
  options: { follow?: boolean },
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
  options: { follow?: boolean; stderr?: boolean; raw?: boolean },
  { client, terminal, json }: CommandContext,
): Promise<number> {
  const stream = options.stderr ? 'stderr' : 'stdout'
  const { follow: isFollowed = false, raw = false } = options
  await showOutput(client, uuidOf(reference), stream, terminal, { json, follow: isFollowed, raw, to: 'stdout' })
  return EXIT.ok
}

/** Cancels an execution; with `wait`, until everything is given back. */
export async function cancel(reference: string, options: { wait?: boolean }, context: CommandContext): Promise<number> {
  const uuid = uuidOf(reference)
  const cancelled = await context.client.cancel(uuid)
  if (options.wait) await reachEnd(context.client, uuid)
  showExecution(options.wait ? await context.client.execution(uuid) : cancelled, context)
  return EXIT.ok
}

/** Lets an execution run longer, or shorter with `less`. */
export async function extend(
  reference: string,
  duration: string,
  { less }: { readonly less: boolean },
  context: CommandContext,
): Promise<number> {
  const seconds = secondsIn(duration)
  if (seconds === undefined)
    throw new CommandError(`'${duration}' is not a duration such as 30m, 1h30m, 90s or PT30M.`, EXIT.usage)
  showExecution(await context.client.extend(uuidOf(reference), less ? -seconds : seconds), context)
  return EXIT.ok
}

/** What `broker change` can change. */
export interface Changes {
  readonly cores?: number
  readonly memory?: number
  readonly name?: string
  readonly description?: string
}

/** Changes an execution, one thing after the other; what cannot be changed ends it. */
export async function change(reference: string, changes: Changes, context: CommandContext): Promise<number> {
  const uuid = uuidOf(reference)
  const { client } = context
  const updates = updatesFor(changes)
  if (updates.length === 0)
    throw new CommandError('Say what to change: --cores, --memory, --name or --description.', EXIT.usage)
  for (const update of updates) await client.update(uuid, update)
  showExecution(await client.execution(uuid), context)
  return EXIT.ok
}

function updatesFor({ cores, memory, name, description }: Changes): Schemas['Update'][] {
  const numbers = Object.entries({ 'compute/cores': cores, 'compute/memory': memory })
  const texts = Object.entries({ 'meta/name': name, 'meta/description': description })
  return [
    ...numbers.flatMap(([path, value]): Schemas['Update'][] =>
      value === undefined ? [] : [{ kind: 'uri:integer-value-update', path, value }],
    ),
    ...texts.flatMap(([path, value]): Schemas['Update'][] =>
      value === undefined ? [] : [{ kind: 'uri:string-value-update', path, value }],
    ),
  ]
}

/** Says that an execution is not needed any longer. */
export async function done(reference: string, context: CommandContext): Promise<number> {
  showExecution(await context.client.done(uuidOf(reference)), context)
  return EXIT.ok
}

/** Whose executions are to be listed; the caller's own where nothing is said. */
export interface Whose {
  readonly shared?: boolean
  readonly all?: boolean
  readonly user?: string
}

function ownerOf({ shared, all, user }: Whose): string | undefined {
  const said = [...(shared ? ['shared'] : []), ...(all ? ['all'] : []), ...(user === undefined ? [] : [user])]
  if (said.length > 1) throw new CommandError('Say one of --shared, --all and --user.', EXIT.usage)
  return said[0]
}

/** Lists the newest executions. */
export async function list(
  { phase: phases, limit, ...whose }: { phase: readonly string[]; limit: number } & Whose,
  { client, terminal, json }: CommandContext,
): Promise<number> {
  const executions = await client.executions({ phases, limit, owner: ownerOf(whose) })
  if (json) for (const execution of executions) terminal.result(JSON.stringify(execution))
  else if (executions.length === 0) terminal.say('There are none.')
  else for (const line of executionLines(executions)) terminal.result(line)
  return EXIT.ok
}

/** Asks for offers and shows them, or why there are none. */
async function askForOffers(file: string, context: CommandContext): Promise<OfferSet> {
  const { client, terminal, json } = context
  const offerSet = await client.request(await readDocument(file)).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.problem.status !== 400 || json) throw error
    const [first = '', ...faults] = problemLines(error)
    throw new CommandError(`${file === '-' ? 'The input' : file}: ${first}`, EXIT.refused, faults)
  })
  if (json) {
    terminal.result(JSON.stringify({ type: 'offerset', ...offerSet }))
    return offerSet
  }
  await showMotd(context)
  const { offers = [] } = offerSet
  for (const line of messageLines([...(offerSet.meta.messages ?? []), ...offers.flatMap(allMessages)]))
    terminal.say(line)
  if (offerSet.result === 'NO') terminal.say('The broker offers nothing for this request.')
  else for (const line of offerLines(offerSet, new Date())) terminal.say(line)
  return offerSet
}

/** Follows an execution. Ctrl-C asks whether to cancel; without an answer, and when pressed again, the execution goes on. */
async function followToEnd(uuid: string, context: CommandContext): Promise<number> {
  const { client, terminal, json } = context
  const leaving = new AbortController()
  const ended = new AbortController()
  let asking = false
  const offerToCancel = async () => {
    if (asking) return leaving.abort()
    asking = true
    const yes = await terminal.ask('Cancel the execution?', ended.signal)
    asking = false
    if (ended.signal.aborted) return
    if (yes === undefined) leaving.abort()
    else if (yes) await client.cancel(uuid)
    else terminal.say('It goes on.')
  }
  const off = context.onInterrupt(() => {
    // What hinders the cancelling (it has just ended by itself, the broker is gone) is told, and shows in what follows.
    offerToCancel().catch((error: Error) => terminal.say(`It could not be cancelled: ${error.message}`))
  })
  try {
    const execution = await follow(client, uuid, terminal, { json, signal: leaving.signal })
    if (!json) terminal.say(outcomeLine(execution))
    return exitCodeOf(execution)
  } catch (error) {
    if (!leaving.signal.aborted) throw error
    if (!json)
      terminal.say(`The execution goes on; 'broker status ${uuid}' shows how, 'broker cancel ${uuid}' ends it.`)
    return EXIT.cancelled
  } finally {
    ended.abort()
    off()
  }
}

async function reachEnd(client: BrokerClient, uuid: string): Promise<void> {
  const happenings = client.events(uuid)
  while (!(await happenings.next()).done);
}

function showExecution(execution: Execution, { terminal, json }: CommandContext): void {
  if (json) terminal.result(JSON.stringify(execution))
  else for (const line of statusLines(execution)) terminal.result(line)
}

/** The UUID in a reference, which may be the URL of an execution. Throws CommandError for what is neither. */
export function uuidOf(reference: string): string {
  const uuid =
    reference
      .replace(/(?<!\/)\/+$/, '')
      .split('/')
      .at(-1)
      ?.toLowerCase() ?? ''
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return uuid
  throw new CommandError(
    `'${reference}' is not the UUID or the URL of an execution; 'broker list' shows them.`,
    EXIT.usage,
  )
}
