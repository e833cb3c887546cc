/** Follows an execution to its end: its phases, its messages, how far its data are, and what its program writes. */
import type { BrokerClient, Execution, ExecutionHappening } from '../client/broker-client.ts'
import { EXIT } from './exit-codes.ts'
import { localTime } from './figures.ts'
import { connectorLines, messageLine } from './words.ts'
import type { Terminal } from './terminal.ts'

export interface FollowOptions {
  /** One JSON object a line instead of words: `{"type": "phase" | "message" | "output" | "execution", …}`. */
  readonly json: boolean
  readonly signal: AbortSignal
}

interface OutputOptions {
  readonly json: boolean
  readonly follow?: boolean
  /** As it was written, also on a terminal. */
  readonly raw?: boolean
  readonly signal?: AbortSignal
  /** Where it is shown; as it was written when left out. */
  readonly to?: 'stdout' | 'stderr'
}

/** Shows everything until the execution has ended; gives it as it is then. Throws the reason of the signal when that ends it. */
export async function follow(
  client: BrokerClient,
  uuid: string,
  terminal: Terminal,
  options: FollowOptions,
): Promise<Execution> {
  const { signal } = options
  const outputs = Promise.all([
    showOutput(client, uuid, 'stdout', terminal, options),
    showOutput(client, uuid, 'stderr', terminal, options),
  ])
  const happenings = showHappenings(client, uuid, terminal, options, outputs)
  await Promise.all([outputs, happenings])
  signal.throwIfAborted()
  const execution = await client.execution(uuid)
  if (options.json) terminal.result(JSON.stringify({ type: 'execution', ...execution }))
  return execution
}

/** The exit code of the command: that of the program where there is one. */
export function exitCodeOf(execution: Execution): number {
  if (execution.phase === 'CANCELLED') return EXIT.cancelled
  const code = execution.executable?.exitCode
  if (execution.phase === 'COMPLETED') return code ?? EXIT.ok
  return code === undefined || code === 0 ? EXIT.failed : code
}

/** Shows what a program writes to one stream as it comes: as it is (to stdout or stderr), or as JSON with the text of each piece. */
export async function showOutput(
  client: BrokerClient,
  uuid: string,
  stream: 'stdout' | 'stderr',
  terminal: Terminal,
  { json, signal, follow = true, raw = false, to = stream }: OutputOptions,
): Promise<void> {
  const decoder = new TextDecoder()
  const output = terminal.output(to, raw)
  const say = (text: string) => {
    if (text !== '') terminal.result(JSON.stringify({ type: 'output', stream, text }))
  }
  for await (const bytes of client.output(uuid, stream, { follow, ...(signal ? { signal } : {}) })) {
    if (json) say(decoder.decode(bytes, { stream: true }))
    else output.next(bytes)
  }
  if (json) say(decoder.decode())
  else output.end()
}

async function showHappenings(
  client: BrokerClient,
  uuid: string,
  terminal: Terminal,
  { json, signal }: FollowOptions,
  outputs: Promise<unknown>,
): Promise<void> {
  for await (const happening of client.events(uuid, signal)) {
    // What the program wrote stands before the line that says how it ended.
    if (isEnd(happening)) await outputs
    if (json) terminal.result(JSON.stringify(happening))
    else show(happening, terminal)
    if (!json && happening.type === 'message' && happening.kind?.endsWith(':port-published'))
      await showWayIn(happening, client, uuid, terminal)
  }
}

const isEnd = (happening: ExecutionHappening) =>
  happening.type === 'phase' && happening.component === undefined && ENDS.includes(happening.phase)

const ENDS: readonly string[] = ['COMPLETED', 'FAILED', 'CANCELLED']

/** Shows an address that has more to it than its message says. */
async function showWayIn(
  { message, values }: { message: string; values?: Record<string, string> },
  client: BrokerClient,
  uuid: string,
  terminal: Terminal,
): Promise<void> {
  const { connectors = [], ...execution } = await client.execution(uuid)
  const more = connectors.filter(
    ({ location = '' }) => location.startsWith(values?.location ?? ' ') && !message.includes(`${location}.`),
  )
  for (const line of connectorLines({ ...execution, connectors: more }, terminal.isWatched('stderr')))
    terminal.say(`          ${line}`)
}

function show(happening: ExecutionHappening, terminal: Terminal): void {
  if (happening.type === 'phase') {
    if (happening.component === undefined)
      terminal.say(`${localTime(happening.time).slice(11, 19)}  ${happening.phase}`)
    return
  }
  if (happening.kind?.endsWith(':data-progress')) {
    const total = Number(happening.values?.total)
    const name = happening.values?.location?.split(/[?#]/)[0]?.split('/').at(-1)
    terminal.progress(name || 'data', Number(happening.values?.bytes), Number.isNaN(total) ? undefined : total)
    return
  }
  terminal.say(`          ${messageLine(happening)}`)
}
