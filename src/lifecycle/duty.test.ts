import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { startDuty, type Wakes } from './duty.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))
const silent = () => undefined

describe('a duty', () => {
  it('is done at the instant that it names', async () => {
    const clock = new FakeClock()
    let turns = 0
    const duty = startDuty('counting', clock, silent, 1_000, async () => clock.now() + 5_000 * ++turns)
    await settled()
    clock.advance(4_999)
    await settled()
    expect(turns).toBe(1)
    clock.advance(1)
    await settled()
    expect(turns).toBe(2)
    await duty.stop()
  })
  it('is done at once when it is woken, also in the middle of a turn', async () => {
    const clock = new FakeClock()
    let turns = 0
    let wake = () => {}
    const wakes: Wakes = (called) => {
      wake = called
      return silent
    }
    const turn = async () => {
      if (++turns === 2) wake()
      return clock.now() + 60_000
    }
    const duty = startDuty('counting', clock, silent, 1_000, turn, wakes)
    await settled()
    expect(turns).toBe(1)
    wake()
    await settled()
    expect(turns).toBe(3)
    await duty.stop()
  })
  it('is done again after a failure, which is logged', async () => {
    const clock = new FakeClock()
    const logged: string[] = []
    const turn = () => Promise.reject(new Error('no'))
    const duty = startDuty('failing', clock, (_level, text) => void logged.push(text), 1_000, turn)
    await settled()
    clock.advance(1_000)
    await settled()
    expect(logged).toEqual(Array(2).fill("The duty 'failing' failed; it is done again."))
    await duty.stop()
  })
  it('hears nothing and does nothing once it is stopped', async () => {
    const clock = new FakeClock()
    let turns = 0
    let heard = true
    const wakes: Wakes = () => () => void (heard = false)
    const duty = startDuty('counting', clock, silent, 1_000, async () => clock.now() + ++turns, wakes)
    await settled()
    await duty.stop()
    clock.advance(60_000)
    await settled()
    expect([turns, heard]).toEqual([1, false])
  })
})
