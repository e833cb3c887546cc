/** The commands that talk to a broker. Each returns the exit code. */
import { ProblemError, type BrokerClient, type Execution, type Schemas } from '../client/broker-client.ts'
import { uuidOf, withExecution } from './by-uuid.ts'
import { EXIT } from './exit-codes.ts'
import { localTime, secondsIn, secondsInWords } from './figures.ts'
import { CommandError } from './failures.ts'
import { exitCodeOf, follow, showOutput } from './follow.ts'
import type { Terminal } from './terminal.ts'
import { executionLines, outcomeLine, promisedStart, statusLines } from './words.ts'

/** What every command needs. */
export interface CommandContext {
  readonly client: BrokerClient
  readonly terminal: Terminal
  readonly json: boolean
  /** The directory in which programs of this user keep their state. */
  readonly stateDirectory: string
  /** Calls back when the person presses Ctrl-C; the function that it returns ends that. */
  onInterrupt(callback: () => void): () => void
}

/** Shows an execution. */
export async function status(reference: string, context: CommandContext): Promise<number> {
  const { client } = context
  showExecution(await withExecution(reference, client, (uuid) => client.execution(uuid)), context)
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
  const uuid = uuidOf(reference)
  const notYet = notStarted(await withExecution(reference, client, () => client.execution(uuid)))
  if (notYet !== undefined) terminal.say(notYet)
  if (notYet !== undefined && !isFollowed) return EXIT.failed
  await showOutput(client, uuid, stream, terminal, { json, follow: isFollowed, raw, to: 'stdout' })
  return EXIT.ok
}

const BEFORE_START: readonly string[] = ['OFFERED', 'ACCEPTED', 'WAITING', 'PREPARING']

/** Why a program has written nothing: it has not started, and when it will; undefined when it has. */
function notStarted(execution: Execution): string | undefined {
  const { phase } = execution
  if (phase === 'OFFERED') return "The offer is not accepted, so nothing runs; 'broker accept UUID' accepts it."
  if (!BEFORE_START.includes(phase)) return undefined
  const start = promisedStart(execution)
  const when = start ? ` and starts at ${localTime(start)} at the latest` : ''
  return `The program has not started yet: the execution is ${phase}${when}.`
}

/** Cancels an execution; with `wait`, until everything is given back. */
export async function cancel(reference: string, options: { wait?: boolean }, context: CommandContext): Promise<number> {
  const uuid = uuidOf(reference)
  const { client } = context
  const cancelled = await withExecution(reference, client, () => client.cancel(uuid))
  if (options.wait) await reachEnd(client, uuid)
  showExecution(options.wait ? await client.execution(uuid) : cancelled, context)
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
  const { client } = context
  const by = less ? -seconds : seconds
  const extended = await withExecution(reference, client, (uuid) =>
    client.extend(uuid, by).catch(async (error: unknown) => {
      throw await inOwnWords(error, uuid, { path: 'schedule/available/duration', less }, client)
    }),
  )
  showExecution(extended, context)
  return EXIT.ok
}

/** A change that was refused, where the command line has other words for why than the API: the phase, or the most that is possible. */
async function inOwnWords(
  error: unknown,
  uuid: string,
  { path, less }: { readonly path: string; readonly less?: boolean },
  client: BrokerClient,
): Promise<unknown> {
  if (!(error instanceof ProblemError) || ![409, 422].includes(error.problem.status)) return error
  const { phase, meta } = await client.execution(uuid)
  const option = meta.options?.find((one) => one.path === path)
  if (!option && error.problem.status === 409)
    return new CommandError(`The execution is ${phase}; its ${path.split('/').at(-1)} cannot be changed.`, EXIT.failed)
  if (less === undefined || error.problem.status !== 422 || !option || !('min' in option)) return error
  const most = Math.max(0, less ? -(option.min ?? 0) : (option.max ?? 0))
  return new CommandError(
    `It can be ${less ? 'shortened' : 'extended'} by at most ${secondsInWords(most)}.`,
    EXIT.refused,
    less ? [`'broker done ${uuid}' ends it now and keeps its results, 'broker cancel ${uuid}' cancels it.`] : [],
  )
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
  await withExecution(reference, client, async () => {
    for (const update of updates)
      await client.update(uuid, update).catch(async (error: unknown) => {
        throw await inOwnWords(error, uuid, update, client)
      })
  })
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
  const { client } = context
  showExecution(await withExecution(reference, client, (uuid) => client.done(uuid)), context)
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
  const executions = await client.executions({ phases, limit, owner: ownerOf(whose) }).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.problem.status !== 403) throw error
    throw new CommandError('--all and --user are for operators and administrators.', EXIT.failed, [
      "'broker list' shows your own executions, 'broker list --shared' what others show to your groups.",
      "An administrator gives roles, such as with 'broker admin roles'.",
    ])
  })
  if (json) for (const execution of executions) terminal.result(JSON.stringify(execution))
  else if (executions.length === 0) terminal.say('There are none.')
  else for (const line of executionLines(executions)) terminal.result(line)
  return EXIT.ok
}

/** Follows an execution. Ctrl-C asks whether to cancel; without an answer, and when pressed again, the execution goes on. */
export async function followToEnd(uuid: string, context: CommandContext): Promise<number> {
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

/** Shows an execution, or with `json` prints it as it was answered. */
export function showExecution(execution: Execution, { terminal, json }: CommandContext): void {
  if (json) terminal.result(JSON.stringify(execution))
  else for (const line of statusLines(execution, terminal.isWatched('stdout'))) terminal.result(line)
}
