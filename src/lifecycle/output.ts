/** Keeps what a program wrote before its container is removed. */
import { message } from '../domain/message.ts'
import * as outputs from '../store/outputs.ts'
import { OutputTail } from './output-tail.ts'
import type { StepContext, StepTarget } from './steps/step.ts'

const STREAMS = ['stdout', 'stderr'] as const

/**
 * Copies both streams from the platform into the database. When there is more than is kept, the end is kept, because
 * that is where a failure shows; a message says so. May be repeated. Owners take turns, because what is kept is in memory
 * until it is written.
 */
export async function keepOutput(target: StepTarget, context: StepContext): Promise<void> {
  const { execution, platform, signal } = target
  await context.places.outputs.take(platform.name, execution.owner, signal, () =>
    Promise.all(STREAMS.map((stream) => keepStream(target, context, stream))),
  )
}

async function keepStream(target: StepTarget, context: StepContext, stream: outputs.OutputStream): Promise<void> {
  const { execution, platform, say } = target
  const { joint, clock, settings } = context
  const limit = settings.outputBytesMax
  const tail = new OutputTail(limit, outputs.CHUNK_BYTES)
  const whole = { from: 0, follow: false, signal: new AbortController().signal }
  for await (const bytes of platform.output(execution.id, stream, whole)) tail.add(bytes)
  let chunk = 0
  for (const bytes of tail.parts()) await joint.keepOutput({ executionId: execution.id, stream, chunk: chunk++, bytes })
  if (tail.total > limit) {
    await say(message('output-truncated', clock.now(), { bytes: tail.total, stream, limit }), `truncated-${stream}`)
  }
}
