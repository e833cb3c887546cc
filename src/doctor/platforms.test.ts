/** Findings about a platform: that it answers, that it is simulated unasked, and of promises beyond what it has. */
import { expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { Platform } from '../platforms/platform.ts'
import { examinePlatform, type PromisedPool } from './platforms.ts'

const capacity = { cores: 2, memory: 8, storage: 100, accelerators: 0 }
const platform = {
  name: 'engine',
  capabilities: { simulated: false, enforcesMemory: false },
  probe: async () => ({ product: 'Docker Engine 29', capacity }),
} as unknown as Platform

const found = async (pools: readonly PromisedPool[]) =>
  (await examinePlatform(platform, new FakeClock(0), [], [], pools))
    .filter(({ state }) => state !== 'ok')
    .map((one) => `${one.found} ${one.advice}`)

it('promises what its machine has, or less', async () => {
  expect(await found([])).toEqual([])
  expect(await found([{ name: 'all' }])).toEqual([])
  expect(
    await found([
      { name: 'a', cores: 1, memory: 4 },
      { name: 'b', cores: 1, memory: 4 },
    ]),
  ).toEqual([])
})

it('promises more than its machine has, in one pool or in several together', async () => {
  expect(await found([{ name: 'big', cores: 400, memory: 8 }])).toEqual([
    'Its pools promise 400 cores; the machine has 2. Let the pools (big) have 2 together, or leave `cores` out.',
  ])
  expect(
    await found([
      { name: 'a', cores: 2, memory: 1 },
      { name: 'b', memory: 1 },
    ]),
  ).toEqual([
    'Its pools promise 4 cores; the machine has 2. Let the pools (a, b) have 2 together, or leave `cores` out.',
  ])
  expect(await found([{ name: 'a', cores: 1, memory: 9 }])).toEqual([
    'Its pools promise 9 GiB of memory; the machine has 8. Let the pools (a) have 8 together, or leave `memory` out.',
  ])
})

it('is simulated unasked, which is said with the reason', async () => {
  const [one] = await examinePlatform(platform, new FakeClock(0), [], ['Nothing answers.'], [])
  expect(one).toMatchObject({ state: 'warning', found: 'Nothing answers.' })
})
