/** Compute: the container is made, not started. Giving it back stops the program and keeps what it wrote. */
import { COMPUTE_RESOURCES } from '../../domain/resources.ts'
import * as bookings from '../../store/bookings.ts'
import * as executions from '../../store/executions.ts'
import { portsOf } from '../connecting.ts'
import { endOf } from '../running.ts'
import { prepareServer } from './notebook-server.ts'
import { componentAt, type Step, type StepContext, type StepTarget } from './step.ts'
import { keepOutput } from '../output.ts'
import { mountsOf } from './volumes.ts'

export const computeStep: Step = {
  async prepare(target, context) {
    const { execution, platform } = target
    const { executable, compute } = execution.plan
    const { imageId } = componentAt(target, 'executable', 0).detail
    await platform.prepareWorkload({
      execution: execution.id,
      imageId: String(imageId),
      ...(executable.spec.entrypoint !== undefined ? { entrypoint: executable.spec.entrypoint } : {}),
      command: executable.spec.command,
      environment: { ...executable.spec.environment, ...(await prepareServer(target, context)) },
      cores: compute.cores,
      memoryGib: compute.memoryGib,
      mounts: mountsOf(execution.id, execution.plan),
      ports: portsOf(executable.spec.ports),
    })
    return {}
  },

  async release(target, context) {
    // Of a program that ended by itself this was done when it was seen.
    if (target.execution.endedAt === undefined) await stopProgram(target, context)
    await keepOutput(target, context)
    await target.platform.releaseWorkload(target.execution.id)
    return {}
  },
}

/** Stops the program, and notes its end. */
export async function stopProgram(
  { execution, platform }: StepTarget,
  { database, clock }: StepContext,
): Promise<void> {
  await platform.stop(execution.id, execution.plan.slot.graceMs)
  const seen = (await platform.observe([execution.id])).get(execution.id) ?? { state: 'gone' }
  await executions.end(database, [endOf(execution, seen, clock.now())], clock.now())
  // The program has ended, so what it computed with is free; the storage is not yet.
  await bookings.removeResources(database, [execution.offerSetId], COMPUTE_RESOURCES)
}
