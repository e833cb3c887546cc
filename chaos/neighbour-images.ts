/** What somebody who brings images to an engine, and other programs that use it, can do there to a broker. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { isBrokerError } from '../src/domain/errors.ts'
import { EngineClient } from '../src/platforms/docker/engine-client.ts'
import { LABELS } from '../src/platforms/docker/marks.ts'
import { testImage } from '../test/support/images.ts'

export interface NeighbourImages {
  /** Makes an image that says of itself that it is the helper image and of another execution. Undefined while the engine is away. */
  imitate(): Promise<string | undefined>
  /** Makes containers with the labels of brokers; the one of another broker has to be there until an instant. */
  label(untilAt: number): Promise<void>
}

const HELPER = 'execution-broker.helper=1'

/** `broker` is the id by which the broker marks what is its own; `wrong` hears what must not be. */
export function neighbourImages(
  socket: string,
  broker: string,
  image: string,
  wrong: (sentence: string) => void,
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
      const container = (broker: string) => ({ Image: image, Cmd: ['true'], Labels: marked(broker) })
      const name = `neighbour-${randomUUID()}`
      try {
        const made = await make(client, name, container('another1'))
        await make(client, `${name}-2`, container(broker))
        await wait(Math.max(0, untilAt - Date.now()))
        if (!(await removed(client, name)) && made) wrong(`the container ${name} of another broker was removed`)
      } finally {
        await client.close()
      }
    },
  }
}

/** False when the engine went away meanwhile. */
async function make(client: EngineClient, name: string, body: object): Promise<boolean> {
  const question = { method: 'POST', path: '/containers/create', query: { name }, body } as const
  return (await whileThere(() => client.ask({ ...question, doing: 'making a container' }))) !== undefined
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

/** Does something with the engine, which is made to be away now and then: undefined when it is. */
async function whileThere<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act()
  } catch (error) {
    if (isBrokerError(error, 'PLATFORM_UNAVAILABLE')) return undefined
    throw error
  }
}
