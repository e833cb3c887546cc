/** Workers that are held while they start a container, at an engine that starts whatever it is told to, as Docker does. */
import { afterEach, describe, expect, it } from 'vitest'
import { dockerPlatform, testBrokerId } from '../../../test/support/docker-platform.ts'
import { toldEngine } from '../../../test/support/told-engine.ts'
import { idSource } from '../../domain/ids.ts'
import type { Platform } from '../platform.ts'
import { Marks } from './marks.ts'

const brokerId = testBrokerId()
const execution = idSource(Date.now).execution()
const { labels, name } = new Marks(brokerId).workload(execution)
const NEVER = '0001-01-01T00:00:00Z'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Container {
  readonly Id: string
  readonly Created: number
  name: string
  starts: number
}

/** An engine with these containers, whose programs end as soon as they are started; `held` is told of the first question of a kind. */
async function engineWith(...containers: Container[]) {
  const asked: string[] = []
  const holds = new Map<string, () => Promise<void>>()
  const named = (name: string) => containers.find((one) => one.Id === name || one.name === name)
  const state = ({ starts }: Container) => (starts > 0 ? 'exited' : 'created')

  const { socket, close } = await toldEngine(async (request, response) => {
    const [path = '', query] = (request.url ?? '').split('?')
    const [, , name = '', verb = 'json'] = path.split('/')
    const what = `${request.method} ${name === 'json' ? 'list' : verb}`
    asked.push(what)
    const hold = holds.get(what)
    holds.delete(what)
    await hold?.()
    const answer = (status: number, body: unknown = {}) => response.writeHead(status).end(JSON.stringify(body))
    if (name === 'json')
      return answer(
        200,
        containers.map((one) => ({ ...one, Names: [`/${one.name}`], State: state(one), Labels: labels })),
      )
    const container = named(name)
    if (!container) return answer(404)
    if (verb === 'rename') container.name = new URLSearchParams(query).get('name') as string
    if (verb === 'start') container.starts += 1
    if (verb === 'archive') {
      const stat = Buffer.from(JSON.stringify({ size: 1, mode: 0o755, linkTarget: '' })).toString('base64')
      return response.writeHead(200, { 'x-docker-container-path-stat': stat }).end()
    }
    if (verb !== 'json') return answer(204)
    const StartedAt = container.starts > 0 ? '2026-11-24T00:00:30Z' : NEVER
    const State = { Status: state(container), Running: false, OOMKilled: false, ExitCode: 0, Error: '' }
    return answer(200, {
      Id: container.Id,
      Name: `/${container.name}`,
      Image: 'sha256:1',
      Config: { Labels: labels, Cmd: ['/bin/true'] },
      State: { ...State, StartedAt, FinishedAt: StartedAt },
      HostConfig: { Memory: 0 },
    })
  })
  closing.push(close)
  const worker = (): Platform => {
    const platform = dockerPlatform(socket, { brokerId })
    closing.unshift(() => platform.close())
    return platform
  }
  return { asked, worker, during: (what: string, happens: () => Promise<void>) => holds.set(what, happens) }
}

const container = (Id: string, Created: number): Container => ({
  Id,
  Created,
  name: `${name}-0000000${Created}`,
  starts: 0,
})

describe('a container', () => {
  it('is started by a name of its own', async () => {
    const one = container('one', 1)
    const { asked, worker } = await engineWith(one)
    await worker().start(execution)
    expect(asked).toEqual(['GET list', 'POST rename', 'GET json', 'HEAD archive', 'POST start'])
    expect(one.starts).toBe(1)
  })
  it('that was observed before it is started is not looked for again', async () => {
    const { asked, worker } = await engineWith(container('one', 1))
    const platform = worker()
    await platform.stop(execution, 0)
    asked.length = 0
    await platform.start(execution)
    expect(asked).toEqual(['POST rename', 'GET json', 'HEAD archive', 'POST start'])
  })
  it.each(['POST rename', 'GET json', 'HEAD archive', 'POST start'])(
    'is started once when a worker is held before its %s, and another one starts it',
    async (what) => {
      const one = container('one', 1)
      const { worker, during } = await engineWith(one)
      during(what, () => worker().start(execution))
      await worker().start(execution)
      expect(one.starts).toBe(1)
    },
  )
  it('that a worker made late, when the first has another name already, is not started', async () => {
    const [first, second] = [container('first', 1), container('second', 2)]
    const { worker } = await engineWith(second, first)
    await worker().start(execution)
    await worker().start(execution)
    expect([first.starts, second.starts]).toEqual([1, 0])
  })
})
