/** Follows an execution to its end: its phases, its messages, how far its data are, and what its program writes. */
import type { BrokerClient, Execution, ExecutionHappening } from '../client/broker-client.ts'
import { EXIT } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export interface FollowOptions {
  /** One JSON object a line instead of words: `{"type": "phase" | "message" | "output" | "execution", …}`. */
  readonly json: boolean
  readonly signal: AbortSignal
}

/** Shows everything until the execution has ended; gives it as it is then. */
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
  for await (const happening of client.events(uuid, signal)) {
    if (options.json) terminal.result(JSON.stringify(happening))
    else show(happening, terminal)
  }
  await outputs
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

async function showOutput(
  client: BrokerClient,
  uuid: string,
  stream: 'stdout' | 'stderr',
  terminal: Terminal,
  { json, signal }: FollowOptions,
): Promise<void> {
  const decoder = new TextDecoder()
  try {
    for await (const bytes of client.output(uuid, stream, { follow: true, signal })) {
      if (json)
        terminal.result(JSON.stringify({ type: 'output', stream, text: decoder.decode(bytes, { stream: true }) }))
      else terminal.output(stream, bytes)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function show(happening: ExecutionHappening, terminal: Terminal): void {
  if (happening.type === 'phase') {
    if (happening.component === undefined) terminal.say(`${happening.time.slice(11, 19)}  ${happening.phase}`)
    return
  }
  if (happening.kind?.endsWith(':data-progress')) {
    const total = Number(happening.values?.total)
    terminal.progress('data', Number(happening.values?.bytes), Number.isNaN(total) ? undefined : total)
    return
  }
  terminal.say(`          ${happening.level === 'INFO' ? '' : `${happening.level}: `}${happening.message}`)
}
