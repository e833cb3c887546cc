/** Making, finding and removing containers by their marks; each can be repeated. */
import { until, type Clock } from '../../domain/clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { ContainerDetails } from './engine-answers.ts'
import type { EngineClient } from './engine-client.ts'
import { carries, type Mark } from './marks.ts'
import { containerCreated, containerDetails } from './answer-shapes.ts'

/** How long something may take to let go of what is to be removed, in milliseconds, and how often that is looked at. */
const LET_GO_MS = 10_000
const LET_GO_POLL_MS = 200

/**
 * How often a container is looked at. Podman looks in turn at the process of the container, and fails with 500 when that
 * ends in this very moment; the next look shows that it has ended.
 */
const LOOKS = 3

/** The container with that mark under its name; undefined when there is none, also when somebody else's has the name. */
export async function findContainer(client: EngineClient, mark: Mark): Promise<ContainerDetails | undefined> {
  const found = await inspectContainer(client, mark.name)
  return found && carries(found.Config.Labels, mark) ? found : undefined
}

/** A container by its name or id; undefined when there is none. */
export async function inspectContainer(client: EngineClient, name: string): Promise<ContainerDetails | undefined> {
  for (let look = 1; ; look++) {
    const { status, body } = await client.ask(
      {
        path: `/containers/${name}/json`,
        doing: `looking for the container ${name}`,
        answers: look < LOOKS ? [404, 500] : [404],
      },
      containerDetails,
    )
    if (status !== 500) return status === 200 ? body : undefined
  }
}

/** Makes a container unless it is there. Gives what the engine warns of, such as limits that it ignores. */
export async function makeContainer(client: EngineClient, mark: Mark, settings: object): Promise<readonly string[]> {
  try {
    const { body } = await client.ask(
      {
        method: 'POST',
        path: '/containers/create',
        query: { name: mark.name },
        body: { ...settings, Labels: mark.labels },
        doing: `making the container ${mark.name}`,
      },
      containerCreated,
    )
    return body.Warnings ?? []
  } catch (error) {
    // The engines refuse a name in use with different statuses; whether it is there is certain only from looking.
    if (await findContainer(client, mark)) return []
    throw (await isTaken(client, mark, error)) ?? error
  }
}

/** Removes a container, running or not, with what the engine made for it. */
export async function removeContainer(client: EngineClient, clock: Clock, mark: Mark): Promise<void> {
  const container = await findContainer(client, mark)
  if (!container) return
  await remove(client, clock, {
    path: `/containers/${container.Id}`,
    query: { force: 1, v: 1 },
    doing: `removing the container ${mark.name}`,
  })
}

/**
 * Removes something. While the engine says that it is in use or being removed already (409), it is asked again for a
 * short while.
 */
export async function remove(
  client: EngineClient,
  clock: Clock,
  question: {
    readonly path: string
    readonly query?: Readonly<Record<string, string | number>>
    readonly doing: string
  },
): Promise<void> {
  const giveUpAt = clock.now() + LET_GO_MS
  for (;;) {
    const last = clock.now() >= giveUpAt
    const answers = last ? [404] : [404, 409]
    const { status } = await client.ask({ method: 'DELETE', ...question, answers, timeoutMs: 60_000 })
    if (status !== 409) return
    await until(clock, clock.now() + LET_GO_POLL_MS)
  }
}

async function isTaken(client: EngineClient, mark: Mark, cause: unknown): Promise<BrokerError | undefined> {
  const { status } = await client.ask({
    path: `/containers/${mark.name}/json`,
    doing: `looking for the container ${mark.name}`,
    answers: [404],
  })
  if (status === 404) return undefined
  const detail = `The engine has a container ${mark.name} that does not belong to this broker`
  return new BrokerError('PLATFORM_REFUSED', detail, { cause })
}
