import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { TurnsAt } from '../data/turns.ts'
import { keepOutput } from './output.ts'
import type { StepContext, StepTarget } from './steps/step.ts'

/** Outputs that end when they are told to, and how many of them are read. */
function programs() {
  const read = new Set<string>()
  const most = { ofAll: 0 }
  let end = () => {}
  const over = new Promise<void>((resolve) => (end = resolve))
  async function* output(id: string, stream: string): AsyncGenerator<Buffer, void, undefined> {
    read.add(id)
    most.ofAll = Math.max(most.ofAll, read.size)
    yield Buffer.from(stream)
    await over
    read.delete(id)
  }
  const kept: string[] = []
  const context = {
    joint: {
      keepOutput: async ({ executionId, bytes }: { executionId: string; bytes: Buffer }) =>
        void kept.push(`${executionId} ${String(bytes)}`),
    },
    settings: { outputBytesMax: 100 },
    places: { outputs: new TurnsAt(4) },
  } as unknown as StepContext
  const keep = (id: string, owner: string, on: string) =>
    keepOutput(
      {
        execution: { id, owner },
        platform: { name: on, output },
        signal: new AbortController().signal,
      } as unknown as StepTarget,
      context,
    )
  return { read, most, kept, keep, end }
}

it('few outputs are read at the same time on each platform, and no owner has all places', async () => {
  const { read, most, kept, keep, end } = programs()
  const all = Array.from({ length: 20 }, (_, index) => keep(`a${index}`, 'ada', 'one'))
  all.push(keep('b', 'bob', 'one'), keep('c', 'cleo', 'one'), keep('d', 'ada', 'two'))
  await turn()
  expect([...read].sort()).toEqual(['a0', 'a1', 'a2', 'b', 'd'])
  end()
  await Promise.all(all)
  expect(most.ofAll).toBeLessThanOrEqual(5)
  expect(kept).toHaveLength(2 * all.length)
})
