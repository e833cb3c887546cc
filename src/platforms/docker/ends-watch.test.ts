import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import { idSource, type ExecutionId } from '../../domain/ids.ts'
import { watchEnds } from './ends-watch.ts'
import type { EngineClient, EngineQuestion } from './engine-client.ts'
import { Marks } from './marks.ts'

const marks = new Marks('broker1')
const execution = idSource(Date.now).execution()
const { labels, name } = marks.workload(execution)
const event = (Action: string, time: number, ofContainer = name) => {
  const Actor = { Attributes: { ...labels, name: ofContainer } }
  return Buffer.from(`${JSON.stringify({ Type: 'container', Action, time, Actor })}\n`)
}

/** An engine whose event streams are these, one after the other, each ending with an error or not at all. */
function engineOf(streams: readonly (readonly Buffer[])[], clock: FakeClock) {
  const asked: (EngineQuestion & { at: number })[] = []
  const client = {
    async *open(question: EngineQuestion) {
      const events = streams[asked.length]
      asked.push({ ...question, at: clock.now() })
      if (events) {
        yield* events
        throw new BrokerError('PLATFORM_UNAVAILABLE', 'the connection broke off')
      }
      await new Promise((_, reject) =>
        question.signal?.addEventListener('abort', () => reject(question.signal?.reason as Error)),
      )
    },
  }
  return { client: client as unknown as EngineClient, asked }
}

/** Watches until a stream is open after these and that one was opened anew. */
async function watched(streams: readonly (readonly Buffer[])[]) {
  const clock = new FakeClock()
  const { client, asked } = engineOf(streams, clock)
  const [ended, lost]: [ExecutionId[], unknown[]] = [[], []]
  const end = watchEnds(
    client,
    clock,
    marks,
    (one) => ended.push(one),
    (error) => lost.push(error),
  )
  while (asked.length < streams.length + 2) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(500)
  }
  end()
  const pauses = asked.slice(1).map(({ at }, index) => at - (asked[index]?.at as number))
  return { asked, ended, lost, pauses }
}

describe('watching for ends', () => {
  it('hears of the end of a program and of nothing else', async () => {
    const others = event('die', 1, 'a-container-whose-image-has-these-labels')
    const { ended } = await watched([
      [event('create', 1), event('start', 1), others, event('die', 2), event('destroy', 3)],
    ])
    expect(ended).toEqual([execution])
  })
  it('connects again after ever longer waits, says once why it had to, and asks for what it missed', async () => {
    const { asked, lost, pauses } = await watched([[], [], [], [event('die', 1_800_000_000)], []])
    expect(lost).toHaveLength(2)
    expect(pauses.slice(0, -1)).toEqual([500, 1_000, 2_000, 500, 1_000])
    const [begin, later] = [Math.floor(Date.parse('2026-11-24T00:00:00Z') / 1000), 1_800_000_000]
    expect(asked.map(({ query }) => query?.since)).toEqual([begin, begin, begin, begin, later, later, later])
  })
  it('opens a stream anew that has been open for long, since the engine may have left it', async () => {
    const { asked, lost, pauses } = await watched([])
    expect(asked[0]?.signal?.aborted).toBe(true)
    expect(lost).toEqual([])
    expect(pauses).toEqual([60_500])
  })
})
