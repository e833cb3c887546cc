/**
 * Ending a program, and remembering that it was the broker that did.
 *
 * Before version 5 Podman does not tell whether memory ran out: a program that the kernel killed for that has exit code
 * 137, as one has that was killed because it did not heed SIGTERM. A mark in the file system of the container, which
 * goes with the container, keeps the two apart after a restart of the broker as well.
 */
import { isBrokerError } from '../../domain/errors.ts'
import { archiveOf, putArchive, statPath } from './archive.ts'
import type { ContainerDetails } from './engine-answers.ts'
import type { EngineClient } from './engine-client.ts'

const STOP_MARK = '.stopped-by-execution-broker'
/** How much longer than the grace period an engine may take to stop a container, in milliseconds. */
const STOP_MS = 60_000

/** Sends SIGTERM, and SIGKILL when the grace period is over. */
export async function stopContainer(
  client: EngineClient,
  { Id }: ContainerDetails,
  graceMs: number,
  tellsOutOfMemory: boolean,
): Promise<void> {
  const doing = 'stopping the program'
  if (!tellsOutOfMemory) await leaveMark(client, Id, doing)
  await client.ask({
    method: 'POST',
    path: `/containers/${Id}/stop`,
    query: { t: Math.ceil(graceMs / 1000) },
    doing,
    // It has ended meanwhile, or was removed.
    answers: [304, 404],
    timeoutMs: graceMs + STOP_MS,
  })
}

async function leaveMark(client: EngineClient, container: string, doing: string): Promise<void> {
  try {
    await putArchive(client, container, '/', await archiveOf([{ name: STOP_MARK, mode: 0o444 }]), doing)
  } catch (error) {
    // A full disk must not keep a program running. Without the mark it may be said that memory ran out, no more.
    if (!isBrokerError(error) || error.retryable) throw error
  }
}

/** Whether `stopContainer` was called for a container whose engine does not tell when memory ran out. */
export async function wasStopped(client: EngineClient, { Id }: ContainerDetails): Promise<boolean> {
  return (await statPath(client, Id, `/${STOP_MARK}`)) !== undefined
}
