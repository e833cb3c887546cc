import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timeline } from './timeline.ts'

const NOW = Date.UTC(2026, 10, 24)

interface Change {
  readonly at: number
  readonly delta: number
  readonly ended: number
}

/** The same by adding up, for instants that are at most `SPAN` from NOW. */
class PlainTimeline {
  readonly #changes: Change[]

  constructor(changes: readonly Change[]) {
    this.#changes = [...changes].sort((a, b) => a.at - b.at)
  }

  levelAt(at: number): number {
    return this.#changes.reduce((sum, change) => (change.at <= at ? sum + change.delta : sum), 0)
  }

  firstWhere(fromAt: number, holds: (level: number) => boolean): number {
    const instants = [fromAt, ...this.#changes.map(({ at }) => at).filter((at) => at > fromAt)]
    return instants.find((at) => holds(this.levelAt(at))) ?? Number.POSITIVE_INFINITY
  }

  calmSince(beforeAt: number, limit: number): number {
    const edges = [...new Set(this.#changes.map(({ at }) => at).filter((at) => at < beforeAt)), beforeAt]
    for (let index = edges.length - 1; index > 0; index--)
      if (this.levelAt(edges[index - 1] as number) > limit) return edges[index] as number
    return limit < 0 ? (edges[0] as number) : Number.NEGATIVE_INFINITY
  }

  firstCalm(fromAt: number, untilAt: number, length: number, limit: number): number {
    let at = fromAt
    while (at <= untilAt) {
      const shortAt = this.firstWhere(at, (level) => level > limit)
      if (shortAt >= at + length) return at
      at = this.firstWhere(shortAt, (level) => level <= limit)
    }
    return Number.POSITIVE_INFINITY
  }
}

/** Changes on scales from milliseconds to months, so that every level of cells has something to do. */
const anyScale = fc.integer({ min: 3, max: 31 }).map((bits) => 2 ** bits)
const anyChanges = anyScale.chain((span) =>
  fc
    .array(
      fc
        .tuple(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 1, max: 5 }),
        )
        .map(([from, length, amount]) => ({
          fromAt: NOW + Math.floor(from * span),
          toAt: NOW + Math.floor(from * span) + 1 + Math.floor(length * span * 0.3),
          amount,
        })),
      { maxLength: 25 },
    )
    .map((holds) => ({ span, holds })),
)
const changesOf = (holds: readonly { fromAt: number; toAt: number; amount: number }[]): Change[] =>
  holds.flatMap(({ fromAt, toAt, amount }) => [
    { at: fromAt, delta: amount, ended: 0 },
    { at: toAt, delta: -amount, ended: amount },
  ])
const part = fc.double({ min: -0.1, max: 1.5, noNaN: true })

function built(changes: readonly Change[]): Timeline {
  const timeline = new Timeline(NOW)
  for (const { at, delta, ended } of changes) timeline.change(at, delta, ended)
  return timeline
}

describe('a timeline', () => {
  it('answers as adding everything up does', () => {
    fc.assert(
      fc.property(anyChanges, part, part, fc.integer({ min: -1, max: 12 }), ({ span, holds }, from, size, limit) => {
        const changes = changesOf(holds)
        const plain = new PlainTimeline(changes)
        const at = NOW + Math.floor(from * span)
        const length = 1 + Math.floor(Math.abs(size) * span)
        for (const timeline of [built(changes), bulk(changes)]) {
          expect(timeline.levelAt(at)).toBe(plain.levelAt(at))
          expect(timeline.endedUntil(at)).toBe(
            holds.reduce((sum, { toAt, amount }) => (toAt <= at ? sum + amount : sum), 0),
          )
          expect([...timeline.endedWithin(at, at + length)].reduce((sum, { ended }) => sum + ended, 0)).toBe(
            timeline.endedUntil(at + length) - timeline.endedUntil(at),
          )
          expect(timeline.firstAbove(at, limit)).toBe(plain.firstWhere(at, (level) => level > limit))
          expect(timeline.firstAtMost(at, limit)).toBe(plain.firstWhere(at, (level) => level <= limit))
          if (limit >= 0) expect(timeline.calmSince(at, limit)).toBe(plain.calmSince(at, limit))
          expect(timeline.firstCalm(at, at + span, length, limit)).toBe(plain.firstCalm(at, at + span, length, limit))
          expect([...timeline.steps(at, at + span)]).toEqual(stepsOf(plain, changes, at, at + span))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is as if nothing had been when everything is taken back', () => {
    fc.assert(
      fc.property(anyChanges, anyChanges, part, fc.integer({ min: 0, max: 12 }), (gone, left, from, limit) => {
        const timeline = built([...changesOf(gone.holds), ...changesOf(left.holds)])
        for (const { at, delta, ended } of changesOf(gone.holds)) timeline.change(at, -delta, -ended)
        const plain = new PlainTimeline(changesOf(left.holds))
        const at = NOW + Math.floor(from * left.span)
        expect(timeline.levelAt(at)).toBe(plain.levelAt(at))
        expect(timeline.firstAbove(at, limit)).toBe(plain.firstWhere(at, (level) => level > limit))
        expect(timeline.firstCalm(at, at + left.span, left.span / 7, limit)).toBe(
          plain.firstCalm(at, at + left.span, left.span / 7, limit),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('is 0 always when nothing changes', () => {
    const timeline = new Timeline(NOW)
    expect(timeline.levelAt(NOW)).toBe(0)
    expect(timeline.firstAbove(NOW, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(timeline.firstCalm(NOW, NOW, 1e9, 0)).toBe(NOW)
    expect(timeline.firstCalm(NOW, NOW + 1e9, 1000, -1)).toBe(Number.POSITIVE_INFINITY)
  })
})

function bulk(changes: readonly Change[]): Timeline {
  const timeline = new Timeline(NOW)
  for (const { at, delta, ended } of changes) timeline.enter(at, delta, ended)
  timeline.sumUp()
  return timeline
}

function stepsOf(plain: PlainTimeline, changes: readonly Change[], fromAt: number, toAt: number) {
  const instants = [...new Set(changes.map(({ at }) => at))].sort((a, b) => a - b)
  return instants
    .filter((at) => at > fromAt && at <= toAt && plain.levelAt(at) !== plain.levelAt(at - 1))
    .map((at) => ({ at, level: plain.levelAt(at) }))
}
