import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { Platform, PlatformEstimate } from '../platforms/platform.ts'
import type { Component } from '../store/components.ts'
import * as estimates from '../store/estimates.ts'
import type { Execution } from '../store/executions.ts'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import type { ExecutionState } from './decide.ts'
import { EstimateBook } from './estimate-book.ts'
import { observationsOf, registryOf, timesOf, type ComponentTimes } from './observations.ts'

const NOW = Date.UTC(2026, 10, 24)
const IMAGE = 'images.example.org/astro/fit:1'
const estimate = (prepareMs: number, releaseMs = 0) => ({ estimate: { prepareMs, releaseMs }, messages: [] })

/** An execution of a container with one file from a host, mounted together with its storage. */
function state(bytes: number, pullMs = 60_000): ExecutionState {
  const plan: ExecutionPlan = {
    platform: 'docker',
    pool: 'default',
    poolId: 1,
    slot: { earliestAt: NOW, startAt: NOW, durationMs: 1, prepareMs: 0, graceMs: 0, releaseMs: 0 },
    executable: {
      spec: {
        type: 'docker-container',
        image: { locations: [IMAGE], architecture: 'amd64', os: 'linux' },
        command: [],
        environment: {},
        privileged: false,
        ports: [],
      },
      ...estimate(pullMs),
    },
    compute: {
      cores: 1,
      memoryGib: 1,
      volumes: [{ path: '/s', mode: 'READWRITE', target: { family: 'storage', index: 0 } }],
      ...estimate(2_000, 500),
    },
    storage: [{ sizeGib: 1, ...estimate(300, 300) }],
    data: [
      {
        spec: { type: 'simple-data-resource', location: 'https://Data.example.org/stars.csv', storage: 0 },
        ...estimate(1_000, 300),
      },
    ],
  }
  const components = ['executable', 'compute', 'storage', 'data'].map((family, position) => ({
    position,
    family,
    detail: family === 'data' ? { bytes } : {},
  })) as unknown as Component[]
  return { execution: { id: 'x', plan } as unknown as Execution, components }
}

const times: ComponentTimes[] = [
  { position: 0, prepareMs: 42_000 },
  { position: 1, prepareMs: 1_500, releaseMs: 250 },
  { position: 2, prepareMs: 120, releaseMs: 80 },
  { position: 3, prepareMs: 10_800 },
]
const values = (of: ExecutionState, seen = times) =>
  observationsOf(of, seen, () => 500).map(({ of: kind, subject, value }) => [kind, subject, Math.round(value)])

describe('what a run teaches', () => {
  it('is how long each part took, by what that depends on', () => {
    expect(values(state(100_000_000))).toEqual([
      ['image', `docker ${IMAGE}`, 42_000],
      ['registry', 'docker images.example.org', 42_000],
      ['start', 'docker', 1_500],
      ['remove', 'docker', 250],
      ['volume', 'docker', 120],
      ['volume-removal', 'docker', 80],
      ['rate', 'data.example.org', 10_000_000],
    ])
  })
  it('is not the rate for a small file, but what a transfer takes in any case', () => {
    expect(values(state(1_000)).at(-1)).toEqual(['latency', 'data.example.org', 10_500])
  })
  it('is not the time of a pull when the image was there already', () => {
    expect(values(state(1_000, 0)).map(([kind]) => kind)).not.toContain('image')
  })
  it('is nothing of parts that never came so far', () => {
    expect(values(state(1_000), [{ position: 1 }])).toEqual([])
  })
  it('is read from the history, and a release only where the purpose was reached', () => {
    const at = (position: number, event: string, seconds: number) => ({ position, event, at: NOW + seconds * 1_000 })
    const history = [at(0, 'accept', 0), at(0, 'prepare', 1), at(1, 'prepare', 1), at(0, 'ready', 4)]
    expect(timesOf([...history, at(0, 'release', 5), at(0, 'released', 7), at(1, 'abandoned', 9)])).toEqual([
      { position: 0, prepareMs: 3_000, releaseMs: 2_000 },
      { position: 1 },
    ])
  })
  it.each([
    ['busybox', 'docker.io'],
    ['library/busybox:1', 'docker.io'],
    ['localhost/x', 'localhost'],
    ['registry:5000/x/y@sha256:0', 'registry:5000'],
    ['Images.example.org/x', 'images.example.org'],
  ])('knows the registry of %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry)
  })
})

describe('the book of estimates', () => {
  let made: TestDatabase
  beforeAll(async () => {
    made = await testDatabase()
  })
  afterAll(() => made.drop())

  const platform = (simulated = false) => ({ name: 'docker', capabilities: { simulated } }) as unknown as Platform
  const request = { executable: { image: { locations: [IMAGE] } } } as unknown as ExecutionRequest
  const said: PlatformEstimate = { imageMs: 60_000, startMs: 2_000, removeMs: 500, volumeMs: 300 }

  it('knows the stated defaults when it knows nothing', () => {
    const book = new EstimateBook(20_000_000)
    expect(book.expectedTimes(platform(), request, said)).toEqual({
      imageMs: 60_000,
      startMs: 2_000,
      removeMs: 500,
      volumeMs: 300,
      volumeRemovalMs: 300,
    })
    expect(book.transferMs('data.example.org', 100_000_000)).toBe(5_500)
    expect(book.transferMs('data.example.org', undefined)).toBe(10_000)
  })

  it('learns from runs, for the other brokers on the database too', async () => {
    const book = new EstimateBook(20_000_000)
    const other = new EstimateBook(20_000_000)
    const { database } = made
    const observed = { of: 'start', subject: 'docker', value: 8_000, initial: 2_000 } as const
    for (let run = 0; run < 30; run++) await book.learnFrom(database, [observed], NOW + run)
    expect(book.expectedTimes(platform(), request, said).startMs).toBeGreaterThan(6_500)
    expect(other.expectedTimes(platform(), request, said).startMs).toBe(2_000)
    await other.refresh(database)
    expect(other.expectedTimes(platform(), request, said)).toEqual(book.expectedTimes(platform(), request, said))
  })

  it('loses nothing when two brokers learn the same at once', async () => {
    const { database } = made
    const books = [new EstimateBook(1), new EstimateBook(1)]
    const observed = ['a', 'b'].map((subject) => ({ of: 'volume', subject, value: 100, initial: 100 }) as const)
    const learning = Array.from({ length: 20 }, (_, index) =>
      (books[index % 2] as EstimateBook).learnFrom(
        database,
        index % 3 ? observed : [...observed].reverse(),
        NOW + 1_000 + index,
      ),
    )
    await Promise.all(learning)
    const kept = await database.transaction((tx) => estimates.lock(tx, ['volume a', 'volume b']))
    // Who comes first makes the row; of those that begin beside it, one may go unnoticed.
    for (const { count } of kept) expect(count).toBeGreaterThanOrEqual(12)
    expect(kept.map(({ mean }) => mean)).toEqual([100, 100])
  })

  it('takes the registry for an image that was never pulled, and the word of a platform that simulates', async () => {
    const book = new EstimateBook(1)
    const pulled = { of: 'registry', subject: 'docker images.example.org', value: 30_000, initial: 60_000 } as const
    for (let run = 0; run < 30; run++) await book.learnFrom(made.database, [pulled], NOW + 2_000 + run)
    expect(book.expectedTimes(platform(), request, said).imageMs).toBeLessThan(40_000)
    expect(book.expectedTimes(platform(true), request, said).imageMs).toBe(60_000)
    expect(book.expectedTimes(platform(), request, { ...said, imageMs: 0 }).imageMs).toBe(0)
  })

  it('forgets what was not used for long, in batches', async () => {
    const { database } = made
    const before = await estimates.changedSince(database, 0, 100)
    expect(before.length).toBeGreaterThan(2)
    expect(await estimates.forget(database, NOW - 1, 100)).toBe(0)
    expect(await estimates.forget(database, NOW + 100_000, 2)).toBe(2)
    expect(await estimates.changedSince(database, 0, 100)).toHaveLength(before.length - 2)
  })
})
