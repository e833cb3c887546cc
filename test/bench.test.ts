/** The benches: that each works, with counts too small to say anything, and how figures are judged. */
import { describe, expect, it } from 'vitest'
import { effortOf, judge, outcomeOf } from '../bench/benchmark.ts'
import { BENCHES } from '../bench/benches.ts'
import { performancePage } from '../bench/performance-page.ts'
import { NOT_HELD } from '../bench/held.ts'
import { inTurns, manyAtOnce, median, percentile } from '../bench/statistics.ts'
import { dockerEngine, postgresServer } from './support/engines.ts'

describe('each bench', () => {
  for (const bench of BENCHES) {
    it(`measures ${bench.name}`, { timeout: 240_000 }, async () => {
      const { figures, skipped } = await outcomeOf(bench, effortOf(1, 0))
      for (const { value, baseline, goal } of figures) {
        // A count that should be nothing may be nothing; every other figure of nothing was not measured.
        if (goal === 'value ≤ 0') expect(value).toBeGreaterThanOrEqual(0)
        else expect(value).toBeGreaterThan(0)
        if (baseline !== null) expect(baseline).toBeGreaterThan(0)
      }
      expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length)
      const engines = [postgresServer(), dockerEngine()].flatMap((engine) => engine.missing ?? [])
      const missing = [...engines, NOT_HELD]
      for (const one of skipped) expect(missing).toContain(one.skipped)
      expect(figures.length + skipped.length).toBeGreaterThan(0)
    })
  }
  it('has a name of its own', () => {
    expect(new Set(BENCHES.map(({ name }) => name)).size).toBe(BENCHES.length)
  })
})

describe('a figure', () => {
  const reading = { name: 'some figure', value: 30, unit: 'ms', baseline: 10 }

  it('is judged by its ratio to the baseline', () => {
    const goal = { of: 'ratio', atMost: 2.5 } as const
    expect(judge({ ...reading, goal })).toMatchObject({ ratio: 3, goal: 'ratio ≤ 2.5', holds: false })
    expect(judge({ ...reading, value: 20, goal })).toMatchObject({ ratio: 2, holds: true })
  })
  it('is judged by its value when the goal is about that', () => {
    const goal = { of: 'value', atLeast: 100 } as const
    expect(judge({ name: 'rate', value: 99, unit: '1/s', goal })).toMatchObject({ ratio: null, holds: false })
    expect(judge({ name: 'rate', value: 100, unit: '1/s', goal })).toMatchObject({ baseline: null, holds: true })
  })
  it('is not judged without a goal, and never by a ratio that it does not have', () => {
    expect(judge(reading)).toMatchObject({ goal: null, holds: null })
    expect(() => judge({ name: 'rate', value: 1, unit: '1/s', goal: { of: 'ratio', atMost: 1 } })).toThrow('baseline')
  })
  it('has a row on the page, with what was left out beside it', () => {
    const page = performancePage(BENCHES, [
      {
        bench: 'offer-set',
        figures: [judge({ ...reading, goal: { of: 'ratio', atMost: 4 } })],
        skipped: [{ name: 'server', skipped: 'there is none' }],
        measuredOn: '2026-01-02',
        commit: 'abc1234',
        rounds: 3,
        load: 0.5,
        machine: { processor: '2 × some', memory: '4 GiB', system: 'some system', versions: { Node: '20.19.0' } },
      },
    ])
    expect(page).toContain('| some figure | 30 ms | 10 ms | 3 | ratio ≤ 4 | yes |')
    expect(page).toContain('| server | left out: there is none |')
    expect(page).toContain('Measured on 2026-01-02 at commit abc1234 in 3 rounds, on 2 × some, 4 GiB of memory')
    expect(page).toContain('was 0.5.')
    expect(page).toContain('Not measured yet.')
  })
})

describe('measuring', () => {
  it('takes the value that a share of the others are below or at', () => {
    const values = [5, 1, 4, 2, 3]
    expect([median(values), percentile(values, 0.99), percentile(values, 0)]).toEqual([3, 5, 1])
    expect(() => median([])).toThrow('nothing was measured')
  })
  it('takes turns, after a turn of each that does not count', async () => {
    const turns: string[] = []
    const turn = (who: string) => async () => turns.push(who)
    const measured = await inTurns(2, turn('subject'), turn('baseline'))
    expect(turns).toEqual(['baseline', 'subject', 'baseline', 'subject', 'baseline', 'subject'])
    expect(measured).toEqual({ subject: [4, 6], baseline: [3, 5] })
  })
  it('does as many as asked, and no more at once than there are clients', async () => {
    let [now, most, all] = [0, 0, 0]
    const { latencies } = await manyAtOnce(3, 10, async () => {
      most = Math.max(most, ++now)
      all++
      await new Promise(setImmediate)
      now--
    })
    expect([most, all, latencies.length]).toEqual([3, 10, 10])
  })
})
