/**
 * Trying what an engine can do. Some of it is not to be asked for: whether it finds an init program, and whether the
 * kernel lets it set the limits that it says it knows. It is found out once and not for each execution, so that an
 * execution never gets less than its offer said.
 */
import type { Clock } from '../../domain/clock.ts'
import { isBrokerError } from '../../domain/errors.ts'
import { makeContainer, removeContainer } from './containers.ts'
import { probeSettings, type Confinement, type Trial } from './container-settings.ts'
import type { EngineClient } from './engine-client.ts'
import type { Engine, EngineFacts, Limits } from './engine-facts.ts'
import { helperImage } from './helper-image.ts'
import type { Marks } from './marks.ts'
import { USER_MODE } from './networks.ts'

const NO_LIMITS: Limits = { memory: false, cores: false, pids: false }

/** Finds out with what settings the engine starts a container. Throws PLATFORM_UNAVAILABLE, and what refuses even the least. */
export async function probeEngine(
  client: EngineClient,
  clock: Clock,
  marks: Marks,
  facts: EngineFacts,
  confinement: Confinement,
): Promise<Engine> {
  const image = await helperImage(client, facts.architecture)
  const mark = marks.probe()

  async function tried(trial: Trial, starts: boolean): Promise<void> {
    await removeContainer(client, clock, mark)
    try {
      await makeContainer(client, mark, probeSettings(image, facts, confinement, trial))
      if (starts) await client.ask({ method: 'POST', path: `/containers/${mark.name}/start`, doing: 'trying to start' })
    } finally {
      await removeContainer(client, clock, mark)
    }
  }
  async function works(trial: Trial): Promise<boolean> {
    try {
      await tried(trial, true)
      return true
    } catch (error) {
      // A refusal is the answer to the question. That nobody answered is none.
      if (isBrokerError(error, 'PLATFORM_REFUSED')) return false
      throw error
    }
  }

  // The program of the container does not exist: with an init the container starts all the same, without one it cannot.
  for (const limits of [facts.limits, NO_LIMITS]) {
    const trial = { init: true, limits, networkMode: 'none' }
    if (!(await works(trial))) continue
    const connects = !facts.isPodman || (await works({ ...trial, networkMode: USER_MODE }))
    return { ...facts, limits, init: true, connects }
  }
  await tried({ init: false, limits: facts.limits, networkMode: 'none' }, false)
  return { ...facts, init: false, connects: true }
}
