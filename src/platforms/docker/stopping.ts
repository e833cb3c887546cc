/**
 * Ending a program, and remembering that it was the broker that did.
 *
 * Before version 5 Podman does not tell whether memory ran out: a program that the kernel killed for that has exit code
 * 137, as one has that was killed because it did not heed SIGTERM. A mark in the name of the container, which goes with the
 * container, keeps the two apart after a restart of the broker as well.
 */
import type { Clock } from '../../domain/clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import { inspectContainer } from './containers.ts'
import type { ContainerDetails } from './engine-answers.ts'
import { EngineRefusal, type EngineClient } from './engine-client.ts'
import { stageOf } from './state-map.ts'

const DOING = 'stopping the program'
const STOP_MARK = '-stopped'
/** How long an engine may take to end what was killed, in milliseconds. */
const KILL_MS = 60_000

/** Sends SIGTERM, and SIGKILL when the grace period is over. Returns when the program has ended. */
export async function stopContainer(
  client: EngineClient,
  clock: Clock,
  container: ContainerDetails,
  graceMs: number,
  tellsOutOfMemory: boolean,
): Promise<void> {
  const { Id } = container
  if (!tellsOutOfMemory) await leaveMark(client, container)
  await send(client, Id, 'SIGTERM')
  if (await endsWithin(client, clock, Id, graceMs)) return
  await send(client, Id, 'SIGKILL')
  if (!(await endsWithin(client, clock, Id, KILL_MS)))
    throw new BrokerError(
      'PLATFORM_UNAVAILABLE',
      'the program was killed, and the engine does not say that it has ended',
    )
}

async function send(client: EngineClient, id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  try {
    await client.ask({ method: 'POST', path: `/containers/${id}/kill`, query: { signal }, doing: DOING })
  } catch (error) {
    // The engines refuse with different statuses what has ended meanwhile; whether it has is certain only from looking.
    if (!(error instanceof EngineRefusal)) throw error
    const found = await inspectContainer(client, id)
    if (found && stageOf(found.State.Status) === 'running') throw error
  }
}

/** False when it still runs after that time, in milliseconds. */
async function endsWithin(client: EngineClient, clock: Clock, id: string, ms: number): Promise<boolean> {
  const over = new AbortController()
  const cancel = clock.at(clock.now() + ms, () => over.abort())
  try {
    await client.ask({
      method: 'POST',
      path: `/containers/${id}/wait`,
      query: { condition: 'not-running' },
      doing: DOING,
      answers: [404],
      timeoutMs: 0,
      signal: over.signal,
    })
    return true
  } catch (error) {
    if (over.signal.aborted) return false
    throw error
  } finally {
    cancel()
  }
}

/** Whether `stopContainer` was called for a container whose engine does not tell when memory ran out. */
export function wasStopped({ Name }: ContainerDetails): boolean {
  return Name.endsWith(STOP_MARK)
}

async function leaveMark(client: EngineClient, container: ContainerDetails): Promise<void> {
  if (wasStopped(container)) return
  const query = { name: `${container.Name.replace(/^\//, '')}${STOP_MARK}` }
  await client.ask({ method: 'POST', path: `/containers/${container.Id}/rename`, query, doing: DOING, answers: [404] })
}
