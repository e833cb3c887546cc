/** Attacks on a broker by images that somebody brings to its engine, and by other programs that use the engine. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { isBrokerError } from '../src/domain/errors.ts'
import { EngineClient } from '../src/platforms/docker/engine-client.ts'
import { LABELS } from '../src/platforms/docker/marks.ts'
import { testImage } from '../test/support/images.ts'

export interface NeighbourImages {
  /** Makes an image that says of itself that it is the helper image and of another execution. Undefined while the engine is away. */
  imitate(): Promise<string | undefined>
  /** Makes containers with the labels of another broker and of an execution of this one, and removes them at an instant. */
  label(untilAt: number): Promise<void>
}

const HELPER = 'execution-broker.helper=1'

type Wrong = (sentence: string) => void

/**
 * `broker` is the id by which the broker marks what is its own, and `victim` gives an execution of somebody; `wrong` hears
 * what must not be.
 */
export function neighbourImages(
  socket: string,
  broker: string,
  image: string,
  victim: () => string,
  wrong: Wrong,
): NeighbourImages {
  const marked = (id: string) => ({
    [LABELS.broker]: id,
    [LABELS.role]: 'run',
    [LABELS.execution]: randomUUID(),
    [LABELS.volume]: 'data-0',
  })
  return {
    imitate: () =>
      whileThere(async () => {
        const lines = Object.entries(marked(broker)).map(([name, value]) => `LABEL ${name}=${value}`)
        const changes = [`LABEL ${HELPER}`, ...lines, 'WORKDIR /prepared/from-image/x']
        return (await testImage(socket, changes, { '../volumes': 'no directory' })).location
      }),
    label: async (untilAt) => {
      const client = new EngineClient(socket)
      const container = (labels: object) => ({ Image: image, Cmd: ['true'], Labels: labels })
      const labels = [marked('another1'), { ...marked(broker), [LABELS.execution]: victim() }]
      try {
        await Promise.all(labels.map((one) => isLeft(client, container(one), untilAt, wrong)))
      } finally {
        await client.close()
      }
    },
  }
}

/** Makes a container and starts it, and removes it at an instant, which nobody else may have done. */
async function isLeft(client: EngineClient, body: object, untilAt: number, wrong: Wrong): Promise<void> {
  const name = `neighbour-${randomUUID()}`
  const create = { method: 'POST', path: '/containers/create', query: { name }, body } as const
  const start = { method: 'POST', path: `/containers/${name}/start`, answers: [304, 404] } as const
  const made = await whileThere(() => client.ask({ ...create, doing: 'making a container' }))
  await whileThere(() => client.ask({ ...start, doing: 'starting a container' }))
  await wait(Math.max(0, untilAt - Date.now()))
  if (!(await removed(client, name)) && made) wrong(`the container ${name}, which is not of the broker, was removed`)
}

/** Removes a container, however often the engine goes away meanwhile. False when it was not there. */
async function removed(client: EngineClient, name: string): Promise<boolean> {
  const answers = [404]
  const look = { path: `/containers/${name}/json`, answers, doing: 'looking for a container' }
  const remove = { method: 'DELETE', path: `/containers/${name}`, query: { force: 1 }, answers } as const
  const { status } = await untilThere(() => client.ask(look))
  await untilThere(() => client.ask({ ...remove, doing: 'removing a container' }))
  return status !== 404
}

async function untilThere<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    const result = await whileThere(act)
    if (result !== undefined) return result
    await wait(500)
  }
}

/** Does something with the engine, which is made to end now and then: undefined when it does not do it. */
async function whileThere<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act()
  } catch (error) {
    if (isBrokerError(error)) return undefined
    throw error
  }
}
