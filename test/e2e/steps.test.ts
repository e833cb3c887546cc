/** Every call of every step to a real engine, where the worker ends and another one takes over. See `test/model/steps.test.ts`. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { DockerPlatform } from '../../src/platforms/docker/docker-platform.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { describeOnEngines, dockerPlatform } from '../support/docker-platform.ts'
import { testImage, type TestImage } from '../support/images.ts'
import { ENDS_WORKER } from '../model/steps/faults.ts'
import { live, type Life } from '../model/steps/lives.ts'
import { watchSteps, type Point } from '../model/steps/outside.ts'
import { enginePlace } from '../model/steps/place.ts'
import { problemsOf } from '../model/steps/problems.ts'

const STORY = { title: 'that ends by itself', runs: '', mayMs: 86_400_000 }

describeOnEngines('a worker that ends after a call', ({ address }) => {
  let test: TestDatabase
  let image: TestImage
  let engine: DockerPlatform
  beforeAll(async () => {
    watchSteps()
    test = await testDatabase()
    image = await testImage(address)
    engine = dockerPlatform(address)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await engine.close()
    await image.remove()
    await test.drop()
  })
  const run = (at?: Point): Promise<Life> =>
    live(test.database, STORY, enginePlace(engine, image), at && { at, fault: ENDS_WORKER })

  it('changes nothing of what is promised, whichever call it is', { timeout: 300_000 }, async () => {
    const usual = await run()
    expect(usual.faults).toEqual([])
    const wrong: string[] = []
    for (const point of usual.points.filter((one) => ENDS_WORKER.to(one)))
      wrong.push(...(await problemsOf(run(point), usual, point, ENDS_WORKER)))
    expect(wrong).toEqual([])
  })
})
