/** Keeps what a program wrote before its container is removed. */
import { message } from '../domain/message.ts'
import * as outputs from '../store/outputs.ts'
import type { StepContext, StepTarget } from './steps/step.ts'

const STREAMS = ['stdout', 'stderr'] as const

/**
 * Copies both streams from the platform into the database. When there is more than is kept, the end is kept, because
 * that is where a failure shows; a message says so. May be repeated.
 */
export async function keepOutput(target: StepTarget, context: StepContext): Promise<void> {
  await Promise.all(STREAMS.map((stream) => keepStream(target, context, stream)))
}

async function keepStream(target: StepTarget, context: StepContext, stream: outputs.OutputStream): Promise<void> {
  const { execution, platform, say } = target
  const { joint, clock, settings } = context
  const limit = settings.outputBytesMax
  const tail = new Tail(limit)
  const whole = { from: 0, follow: false, signal: new AbortController().signal }
  for await (const bytes of platform.output(execution.id, stream, whole)) tail.add(bytes)
  const kept = tail.bytes()
  for (let chunk = 0; chunk * outputs.CHUNK_BYTES < kept.length; chunk++) {
    const begin = chunk * outputs.CHUNK_BYTES
    const bytes = kept.subarray(begin, begin + outputs.CHUNK_BYTES)
    await joint.keepOutput({ executionId: execution.id, stream, chunk, bytes })
  }
  if (tail.total > limit) {
    await say(message('output-truncated', clock.now(), { bytes: tail.total, stream, limit }), `truncated-${stream}`)
  }
}

/** The last `limit` bytes of what is added. */
class Tail {
  total = 0
  readonly #limit: number
  #parts: Buffer[] = []
  #held = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(bytes: Buffer): void {
    this.total += bytes.length
    this.#parts.push(bytes)
    this.#held += bytes.length
    while (this.#held - (this.#parts[0]?.length ?? 0) >= this.#limit) this.#held -= this.#parts.shift()?.length ?? 0
  }

  bytes(): Buffer {
    const all = Buffer.concat(this.#parts)
    return all.subarray(Math.max(0, all.length - this.#limit))
  }
}
