/** Ending a program: asking it first, and killing it when it does not heed that. */
import type { Clock } from '../../domain/clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import { inspectContainer } from './containers.ts'
import type { ContainerDetails } from './engine-answers.ts'
import { EngineRefusal, type EngineClient } from './engine-client.ts'
import { stageOf } from './state-map.ts'

const DOING = 'stopping the program'
/** How long an engine may take to end what was killed, in milliseconds. */
const KILL_MS = 60_000

/** Sends SIGTERM, and SIGKILL when the grace period is over. Returns when the program has ended. */
export async function stopContainer(
  client: EngineClient,
  clock: Clock,
  { Id }: ContainerDetails,
  graceMs: number,
): Promise<void> {
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
