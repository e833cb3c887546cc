/**
 * Every step of preparing, saving and releasing, with everything that can happen at each of its calls to the outside.
 *
 * Nothing is listed here: the verbs are those of the table of steps, the points are those that a life without faults
 * passes, and the faults are one table. A new family, a new verb and a new call are in by themselves.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { FAULTS } from './steps/faults.ts'
import { live, type Life } from './steps/lives.ts'
import { STEP_VERBS, watchSteps, type Begun, type Point } from './steps/outside.ts'
import { simulatedPlace } from './steps/place.ts'
import { problemsOf } from './steps/problems.ts'
import type { Story } from './steps/stories.ts'

/** Longer than anything that happens to workers takes, in milliseconds. */
const LONG_MS = 86_400_000

const STORIES: readonly Story[] = [
  { title: 'that is prepared early', runs: 'PT3S', mayMs: LONG_MS, earlyByMs: LONG_MS },
  { title: 'that ends by itself', runs: 'PT3S', mayMs: LONG_MS },
  { title: 'that is cancelled while it runs', runs: 'PT1H', mayMs: LONG_MS, whenRunning: 'cancel' },
  { title: 'that is over its time', runs: 'PT1H', mayMs: 90_000 },
  { title: 'that the client needs no longer', runs: 'PT1H', mayMs: LONG_MS, whenRunning: 'done' },
]

let test: TestDatabase
let begun: Begun
const whole = new Map<Story, Life>()
const places: { readonly story: Story; readonly point: Point }[] = []
beforeAll(async () => {
  begun = watchSteps()
  test = await testDatabase()
  const known = new Set<string>()
  for (const story of STORIES) {
    const life = await live(test.database, story, simulatedPlace())
    whole.set(story, life)
    for (const point of life.points) {
      if (known.has(point.name)) continue
      known.add(point.name)
      places.push({ story, point })
    }
  }
})
afterAll(async () => {
  vi.restoreAllMocks()
  await test.drop()
})

it.each(STORIES)('an execution $title leaves nothing behind', (story) => {
  expect(whole.get(story)?.faults).toEqual([])
})

it.each(STEP_VERBS)('%s is exercised', (what) => {
  expect(begun.get(what)).toBeDefined()
})

describe.each(FAULTS)('a call that $title', (fault) => {
  it('changes nothing of what is promised, whichever call it is', { timeout: 300_000 }, async () => {
    const wrong: string[] = []
    for (const { story, point } of places.filter(({ point }) => fault.to(point))) {
      const life = live(test.database, story, simulatedPlace(), { at: point, fault })
      wrong.push(...(await problemsOf(life, whole.get(story) as Life, point, fault)))
    }
    expect(wrong).toEqual([])
  })
})
