/**
 * Ending a program, and remembering that it was the broker that did.
 *
 * Before version 5 Podman does not tell whether memory ran out: a program that the kernel killed for that has exit code
 * 137, as one has that was killed because it did not heed SIGTERM. A mark in the file system of the container, which
 * goes with the container, keeps the two apart after a restart of the broker as well.
 */
import { BrokerError, isBrokerError } from '../../domain/errors.ts'
import { archiveOf, putArchive, statPath } from './archive.ts'
import type { ContainerDetails } from './engine-answers.ts'
import type { EngineClient } from './engine-client.ts'

const DOING = 'stopping the program'
const STOP_MARK = '.stopped-by-execution-broker'
/** How long an engine may take to end what was killed, in milliseconds. */
const KILL_MS = 60_000

/** Sends SIGTERM, and SIGKILL when the grace period is over. Returns when the program has ended. */
export async function stopContainer(
  client: EngineClient,
  { Id }: ContainerDetails,
  graceMs: number,
  tellsOutOfMemory: boolean,
): Promise<void> {
  if (!tellsOutOfMemory) await leaveMark(client, Id)
  await send(client, Id, 'SIGTERM')
  if (await endsWithin(client, Id, graceMs)) return
  await send(client, Id, 'SIGKILL')
  if (!(await endsWithin(client, Id, KILL_MS)))
    throw new BrokerError(
      'PLATFORM_UNAVAILABLE',
      'the program was killed, and the engine does not say that it has ended',
    )
}

async function send(client: EngineClient, id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await client.ask({
    method: 'POST',
    path: `/containers/${id}/kill`,
    query: { signal },
    doing: DOING,
    // It has ended meanwhile, or was removed.
    answers: [404, 409],
  })
}

/** False when it still runs after that time, in milliseconds. */
async function endsWithin(client: EngineClient, id: string, ms: number): Promise<boolean> {
  const signal = AbortSignal.timeout(ms)
  try {
    await client.ask({
      method: 'POST',
      path: `/containers/${id}/wait`,
      query: { condition: 'not-running' },
      doing: DOING,
      answers: [404],
      timeoutMs: 0,
      signal,
    })
    return true
  } catch (error) {
    if (error === signal.reason) return false
    throw error
  }
}

async function leaveMark(client: EngineClient, container: string): Promise<void> {
  try {
    await putArchive(client, container, '/', await archiveOf([{ name: STOP_MARK, mode: 0o444 }]), DOING)
  } catch (error) {
    // A full disk must not keep a program running. Without the mark it may be said that memory ran out, no more.
    if (!isBrokerError(error) || error.retryable) throw error
  }
}

/** Whether `stopContainer` was called for a container whose engine does not tell when memory ran out. */
export async function wasStopped(client: EngineClient, { Id }: ContainerDetails): Promise<boolean> {
  return (await statPath(client, Id, `/${STOP_MARK}`)) !== undefined
}
