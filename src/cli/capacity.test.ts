import { describe, expect, it } from 'vitest'
import type { BrokerClient } from '../client/broker-client.ts'
import { capacity, timelineLines } from './capacity.ts'
import type { CommandContext } from './commands.ts'
import { localTime } from './figures.ts'

const at = (hour: number) => `2026-11-24T${String(hour).padStart(2, '0')}:00:00Z`
const timeline = (steps: [hour: number, booked: number, capacity: number][]) => ({
  name: 'default',
  platform: 'docker',
  from: at(0),
  until: at(20),
  step: 'PT1H',
  resources: [
    {
      resource: 'cores' as const,
      steps: steps.map(([hour, booked, has]) => ({ since: at(hour), booked, capacity: has })),
    },
  ],
})
const bars = (steps: [number, number, number][]) => timelineLines(timeline(steps), 20)[1]

describe('the bars of a pool', () => {
  it('are as high as the pool is full, and fill their width exactly', () => {
    expect(
      bars([
        [0, 0, 8],
        [2, 1, 8],
        [4, 4, 8],
        [6, 8, 8],
        [8, 0, 8],
      ]),
    ).toBe('  cores        ··▁▁▄▄██············ 8 of 8 at most')
  })
  it('show what was promised beyond what there is', () => {
    expect(
      bars([
        [0, 2, 8],
        [10, 2, 1],
      ]),
    ).toBe('  cores        ▂▂▂▂▂▂▂▂▂▂!!!!!!!!!! 2 of 1 at most')
  })
  it('show the fullest of what is between two of them', () => {
    expect(
      timelineLines(
        timeline([
          [0, 0, 8],
          [7, 8, 8],
          [8, 0, 8],
        ]),
        4,
      )[1],
    ).toContain(' ·█·· ')
  })
  it('leave out what the pool does not have', () => {
    const one = timeline([[0, 1, 8]])
    const none = { resource: 'accelerators' as const, steps: [{ since: at(0), booked: 0, capacity: 0 }] }
    expect(timelineLines({ ...one, resources: [...one.resources, none] }, 20)).toHaveLength(3)
  })
  it('have a line below on a pool that is drained', () => {
    const drained = { ...timeline([[0, 0, 1]]), drained: at(3) }
    expect(timelineLines(drained, 40).at(-1)).toBe(
      `  drained since ${localTime(at(3))}, nothing new is offered: no reason was given`,
    )
    expect(timelineLines({ ...drained, drainReason: 'The disks are replaced.' }, 40).at(-1)).toMatch(
      /: The disks are replaced\.$/,
    )
  })
  it('stand above the times that they are of', () => {
    expect(timelineLines(timeline([[0, 0, 1]]), 40).at(-1)).toBe('               00:00Z              10:00Z')
  })
})

describe('broker capacity', () => {
  const asked: object[] = []
  const client = {
    pools: async () => [
      { name: 'default', platform: 'docker', capacity: {} },
      { name: 'default', platform: 'other', capacity: {} },
    ],
    poolTimeline: async (platform: string, _: string, options: object) => {
      asked.push({ platform, ...options })
      return timeline([[0, 0, 8]])
    },
  } as unknown as BrokerClient
  async function shown(options: { pool?: string; columns?: number }, json = false): Promise<string[]> {
    const lines: string[] = []
    const context = { client, json, terminal: { result: (line: string) => lines.push(line) } }
    await capacity({ hours: 6, columns: 80, ...options }, context as unknown as CommandContext)
    return lines
  }

  it('never draws wider than the terminal', async () => {
    for (const columns of [60, 80, 132, 400]) {
      const lines = await shown({ columns })
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
    }
  })
  it('shows one pool by its name, or by that of its platform too', async () => {
    asked.length = 0
    await shown({ pool: 'other/default' })
    expect(asked).toEqual([{ platform: 'other', hours: 6, steps: 37 }])
    expect((await shown({ pool: 'default' }, true)).map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(
      ['default', 'default'],
    )
    await expect(shown({ pool: 'none' })).rejects.toThrow(
      'There is no pool none; there are docker/default, other/default.',
    )
  })
})
