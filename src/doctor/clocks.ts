/** How far another clock is from that of this machine. Pure. */
import type { Instant } from '../domain/dates.ts'
import { about, type Finding } from './finding.ts'

/** Promises are kept to the second, so clocks should agree better than that; in milliseconds. */
const SKEW_MS = 1_000
/** Offers live for minutes: with this much between two clocks they end before they can be accepted. */
const SKEW_BAD_MS = 60_000

/** What was read of a clock, and when it was asked and had answered by the clock of this machine. */
export interface Reading {
  readonly theirsAt: Instant
  readonly askedAt: Instant
  readonly answeredAt: Instant
}

/** Compares `whose` clock with ours; the answer was on its way for a while, which nobody can tell from a difference. */
export function compareClocks(whose: string, { theirsAt, askedAt, answeredAt }: Reading): Finding {
  const { ok, warning, problem } = about('clock')
  const differenceMs = theirsAt < askedAt ? theirsAt - askedAt : Math.max(0, theirsAt - answeredAt)
  const found = `The clock of ${whose} is ${words(differenceMs)}.`
  const advice = 'Let both machines follow time servers (chrony, systemd-timesyncd), and look again.'
  if (Math.abs(differenceMs) >= SKEW_BAD_MS) return problem(found, advice)
  return Math.abs(differenceMs) >= SKEW_MS ? warning(found, advice) : ok(found)
}

function words(differenceMs: number): string {
  if (Math.abs(differenceMs) < SKEW_MS) return 'that of this machine to the second'
  const seconds = (Math.abs(differenceMs) / 1_000).toFixed(1)
  return `${seconds} s ${differenceMs > 0 ? 'ahead of' : 'behind'} that of this machine`
}
