import { describe, expect, it } from 'vitest'
import { HastyClock } from '../../../test/support/fake-clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import { idSource, type ExecutionId } from '../../domain/ids.ts'
import { watchEnds } from './ends-watch.ts'
import type { EngineClient, EngineQuestion } from './engine-client.ts'
import { Marks } from './marks.ts'

const marks = new Marks('broker1')
const execution = idSource(Date.now).execution()
const event = (Action: string, time: number) =>
  Buffer.from(
    `${JSON.stringify({ Type: 'container', Action, time, Actor: { Attributes: marks.workload(execution).labels } })}\n`,
  )

/** An engine whose event streams are these, one after the other, each ending with an error or not at all. */
function engineOf(streams: readonly (readonly Buffer[])[]): { client: EngineClient; asked: EngineQuestion[] } {
  const asked: EngineQuestion[] = []
  const client = {
    async *open(question: EngineQuestion) {
      const events = streams[asked.length]
      asked.push(question)
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

async function watched(streams: readonly (readonly Buffer[])[]) {
  const { client, asked } = engineOf(streams)
  const clock = new HastyClock()
  const [ended, lost]: [ExecutionId[], unknown[]] = [[], []]
  const end = watchEnds(
    client,
    clock,
    marks,
    (one) => ended.push(one),
    (error) => lost.push(error),
  )
  while (asked.length <= streams.length) await new Promise((resolve) => setImmediate(resolve))
  end()
  return { asked, ended, lost, clock }
}

describe('watching for ends', () => {
  it('hears of the end of a program and of nothing else', async () => {
    const { ended } = await watched([[event('create', 1), event('start', 1), event('die', 2), event('destroy', 3)]])
    expect(ended).toEqual([execution])
  })
  it('connects again after ever longer waits, says once why it had to, and asks for what it missed', async () => {
    const { asked, lost, clock } = await watched([[], [], [], [event('die', 1_800_000_000)], []])
    expect(lost).toHaveLength(2)
    expect(clock.pauses).toEqual([500, 1_000, 2_000, 500, 1_000])
    const begin = Math.floor(Date.parse('2026-11-24T00:00:00Z') / 1000)
    expect(asked.map(({ query }) => query?.since)).toEqual([begin, begin, begin, begin, 1_800_000_000, 1_800_000_000])
  })
})
