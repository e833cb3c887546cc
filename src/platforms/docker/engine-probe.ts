/**
 * Trying what an engine can do. Some of it is not to be asked for: whether it finds an init program, and whether the
 * kernel lets it set the limits that it says it knows. It is found out once and not for each execution, so that an
 * execution never gets less than its offer said.
 */
import type { Clock } from '../../domain/clock.ts'
import { BrokerError, isBrokerError } from '../../domain/errors.ts'
import { inspectContainer, makeContainer, removeContainer } from './containers.ts'
import { probeSettings, type Confinement, type Trial } from './container-settings.ts'
import { EngineRefusal, type EngineClient } from './engine-client.ts'
import type { Engine, EngineFacts, Limits } from './engine-facts.ts'
import { helperImage } from './helper-image.ts'
import type { Marks } from './marks.ts'
import { USER_MODE } from './networks.ts'
import { isFaultOfProgram } from './program-check.ts'

const NO_LIMITS: Limits = { memory: false, cores: false, pids: false }

/**
 * Finds out with what settings the engine starts a container. Throws PLATFORM_UNAVAILABLE, also for an engine that starts
 * none, and what refuses even the least.
 */
export async function probeEngine(
  client: EngineClient,
  clock: Clock,
  marks: Marks,
  facts: EngineFacts,
  confinement: Confinement,
): Promise<Engine> {
  const image = await helperImage(client, facts.architecture)
  const mark = marks.probe()

  /** Starts a container whose program does not exist. An engine that looked for it in vain would have started it. */
  async function tried(trial: Trial): Promise<void> {
    await removeContainer(client, clock, mark)
    try {
      await makeContainer(client, mark, probeSettings(image, facts, confinement, trial))
      await client.ask({ method: 'POST', path: `/containers/${mark.name}/start`, doing: 'trying to start' })
    } catch (error) {
      const isMissed = !trial.init && error instanceof EngineRefusal
      if (!isMissed || !isFaultOfProgram(error, await inspectContainer(client, mark.name))) throw error
    } finally {
      await removeContainer(client, clock, mark)
    }
  }
  async function refusalOf(trial: Trial): Promise<BrokerError | undefined> {
    try {
      await tried(trial)
      return undefined
    } catch (error) {
      // A refusal is the answer to the question. That nobody answered is none.
      if (isBrokerError(error, 'PLATFORM_REFUSED')) return error
      throw error
    }
  }

  // The program of the container does not exist: with an init the container starts all the same, without one it cannot.
  for (const limits of [facts.limits, NO_LIMITS]) {
    const trial = { init: true, limits, networkMode: 'none' }
    if (await refusalOf(trial)) continue
    const connects = !facts.isPodman || !(await refusalOf({ ...trial, networkMode: USER_MODE }))
    return { ...facts, limits, init: true, connects }
  }
  let refusal: BrokerError | undefined
  for (const limits of [facts.limits, NO_LIMITS]) {
    refusal = await refusalOf({ init: false, limits, networkMode: 'none' })
    if (!refusal) return { ...facts, limits, init: false, connects: true }
  }
  throw startsNothing(facts, refusal)
}

/** An engine whose runtime starts no program answers every question, and is of no use. */
function startsNothing({ product }: EngineFacts, cause: BrokerError | undefined): BrokerError {
  const context = {
    forOperator: `${product} starts no program: ${cause?.detail}. Start one by hand (docker run or podman run), and set another OCI runtime, or other cgroups, if that fails as well`,
  }
  return new BrokerError('PLATFORM_UNAVAILABLE', 'The container engine starts no program', { cause, context })
}
