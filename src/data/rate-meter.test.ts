import { expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { RateMeter } from './rate-meter.ts'

const LOWEST = { bytesPerSecond: 100, overMs: 10_000 }

/** Moves bytes with a wait before each, and a pause of the own side after each; gives what is said of it. */
function moving(lowest: typeof LOWEST, times: number, { bytes, waitMs, pauseMs = 0 }: Record<string, number>) {
  const clock = new FakeClock()
  const meter = new RateMeter(lowest, clock)
  return Array.from({ length: times }, () => {
    meter.waits()
    clock.advance(waitMs as number)
    const said = meter.moved(bytes as number)
    clock.advance(pauseMs)
    return said
  }).filter((said) => said !== undefined)
}

it('a rate that is too low is told once in each window, with what was moved', () => {
  const said = '5 bytes in 10 s, less than the 100 bytes per second that a transfer has to make'
  expect(moving(LOWEST, 9, { bytes: 1, waitMs: 2_000 })).toEqual([said])
  expect(moving(LOWEST, 10, { bytes: 1, waitMs: 2_000 })).toEqual([said, said])
})
it('the least rate is enough', () => {
  expect(moving(LOWEST, 100, { bytes: 200, waitMs: 2_000 })).toEqual([])
  expect(moving(LOWEST, 100, { bytes: 199, waitMs: 2_000 }).length).toBe(20)
})
it('the time that the own side takes does not count', () => {
  expect(moving(LOWEST, 100, { bytes: 1, waitMs: 1, pauseMs: 60_000 })).toEqual([])
})
it('without a least rate everything is borne', () => {
  expect(moving({ ...LOWEST, bytesPerSecond: 0 }, 100, { bytes: 0, waitMs: 60_000 })).toEqual([])
})
