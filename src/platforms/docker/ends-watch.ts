/** Watching the engine's events for programs that end. The events are a hint: some may be missed while it reconnects. */
import { until, type Clock } from '../../domain/clock.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import { jsonLines, type EngineClient } from './engine-client.ts'
import type { Marks } from './marks.ts'
import { engineEvent } from './answer-shapes.ts'

/** How long to wait before connecting again, at first and at most, in milliseconds; it doubles in between. */
const RECONNECT_MS_MIN = 500
const RECONNECT_MS_MAX = 30_000

/**
 * A stream is opened anew after so long, in milliseconds. Podman shortens the file that it keeps events in when that has
 * become large, and tells nothing more in the streams that were open then.
 */
const RENEW_MS = 60_000

/** Calls back whenever a program ends; the function that it returns ends the watch. `lost` hears why a connection ended. */
export function watchEnds(
  client: EngineClient,
  clock: Clock,
  marks: Marks,
  ended: (execution: ExecutionId) => void,
  lost: (error: unknown) => void,
): () => void {
  const over = new AbortController()
  const { signal } = over
  // The engine is asked for what happened from here on, also before it has opened the stream and between two streams.
  // Its clock may differ; then some hints are missed or doubled.
  let since = Math.floor(clock.now() / 1000)
  let wait = RECONNECT_MS_MIN

  /** Listens for a while; returns when that is over. */
  async function listenForAWhile(): Promise<void> {
    const renewal = new AbortController()
    const cancel = clock.at(clock.now() + RENEW_MS, () => renewal.abort())
    try {
      await listen(AbortSignal.any([signal, renewal.signal]))
    } catch (error) {
      if (!renewal.signal.aborted) throw error
      wait = RECONNECT_MS_MIN
    } finally {
      cancel()
    }
  }

  async function listen(end: AbortSignal): Promise<void> {
    const doing = 'listening to its events'
    const events = client.open({
      path: '/events',
      query: { since, filters: marks.filter('run') },
      doing,
      signal: end,
    })
    for await (const event of jsonLines(events, engineEvent, doing)) {
      wait = RECONNECT_MS_MIN
      since = event.time ?? since
      const { name = '', ...labels } = event.Actor?.Attributes ?? {}
      const execution = marks.own([name], labels)?.execution
      if (event.Type === 'container' && event.Action === 'die' && execution !== undefined) ended(execution)
    }
  }

  async function listenOn(): Promise<void> {
    while (!signal.aborted) {
      try {
        await listenForAWhile()
      } catch (error) {
        if (signal.aborted) return
        // The attempts that follow fail for the same reason, and say nothing new.
        if (wait === RECONNECT_MS_MIN) lost(error)
      }
      await until(clock, clock.now() + wait, signal).catch(() => undefined)
      wait = Math.min(2 * wait, RECONNECT_MS_MAX)
    }
  }

  listenOn().catch(lost)
  return () => over.abort()
}
