/** What a program wrote, as the engine keeps it. */
import { until, type Clock } from '../../domain/clock.ts'
import type { OutputStream } from '../platform.ts'
import type { ContainerDetails } from './engine-answers.ts'
import { EngineRefusal, type EngineClient } from './engine-client.ts'
import { contentOf, skipBytes } from './log-frames.ts'
import { stageOf, wasStarted } from './state-map.ts'

/** How often a container is looked at that is not started yet, or whose output has ended before it did, in milliseconds. */
const POLL_MS = 500

/**
 * One stream of a container's output from a byte on, and with `follow` until the program has ended. Aborting ends it
 * without an error. `find` gives the container as it is now. Bytes are counted from the beginning of what the engine has kept: once a program has written much
 * more than is promised to be kept, that is not the beginning of what it wrote.
 */
export async function* outputOf(
  client: EngineClient,
  clock: Clock,
  find: () => Promise<ContainerDetails | undefined>,
  stream: OutputStream,
  { from, follow, signal }: { from: number; follow: boolean; signal: AbortSignal },
): AsyncGenerator<Buffer, void, undefined> {
  let next = from
  try {
    for (;;) {
      const container = await find()
      if (!container || !(follow || wasStarted(container.State))) return
      if (!wasStarted(container.State)) {
        await until(clock, clock.now() + POLL_MS, signal)
        continue
      }
      // What comes after the end of a program is read without following. Followed, Docker may leave out the last words
      // of a program that was quick, and Podman may never come to an end.
      const following = follow && stageOf(container.State.Status) === 'running'
      const chunks = following
        ? followed(client, clock, container, stream, signal)
        : read(client, container, stream, false, signal)
      for await (const chunk of skipBytes(chunks, next)) {
        next += chunk.length
        yield chunk
      }
      if (!following) return
    }
  } catch (error) {
    if (!signal.aborted && !isGone(error)) throw error
  }
}

/**
 * Whether there is nothing to read (any more): the container was removed since it was looked for, or its removal was begun
 * and the engine could not end it. Docker calls it dead then, and answers 409.
 */
function isGone(error: unknown): boolean {
  return error instanceof EngineRefusal && (error.status === 404 || error.status === 409)
}

/** All that is there and that comes, until the program has ended. */
async function* followed(
  client: EngineClient,
  clock: Clock,
  container: ContainerDetails,
  stream: OutputStream,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const over = new AbortController()
  const ended = client
    .ask({
      method: 'POST',
      path: `/containers/${container.Id}/wait`,
      doing: 'waiting for the end of a program',
      timeoutMs: 0,
      signal: AbortSignal.any([signal, over.signal]),
    })
    // It only says when to stop reading. Why it could not say so, the next question to the engine will tell.
    .catch(() => undefined)
    .finally(() => over.abort())
  try {
    yield* read(client, container, stream, true, AbortSignal.any([signal, over.signal]))
    // It broke off before the program has ended, or just before the engine says that it has.
    await until(clock, clock.now() + POLL_MS, over.signal)
  } catch (error) {
    if (!over.signal.aborted) throw error
  } finally {
    over.abort()
    await ended
  }
}

function read(
  client: EngineClient,
  { Id }: ContainerDetails,
  stream: OutputStream,
  follow: boolean,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  const query = { [stream]: 1, follow: follow ? 1 : 0 }
  const doing = 'reading the output of a program'
  return contentOf(client.open({ path: `/containers/${Id}/logs`, query, doing, signal }), stream)
}
