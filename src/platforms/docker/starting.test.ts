/** A worker that is held between its look at a container and the start of it, at an engine that starts whatever it is told to. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { dockerPlatform, testBrokerId } from '../../../test/support/docker-platform.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { idSource } from '../../domain/ids.ts'
import { Marks } from './marks.ts'

const brokerId = testBrokerId()
const execution = idSource(Date.now).execution()
const { labels } = new Marks(brokerId).workload(execution)
const NEVER = '0001-01-01T00:00:00Z'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** An engine with one container, at which `whileChecked` happens while the program of it is looked for. */
async function engineWith(whileChecked: (container: { startedAt: string }, clock: FakeClock) => void) {
  const clock = new FakeClock()
  const container = { startedAt: NEVER }
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const what = `${request.method} ${(request.url ?? '').split('?')[0]?.split('/').pop()}`
    asked.push(what)
    if (what === 'HEAD archive') {
      whileChecked(container, clock)
      const stat = Buffer.from(JSON.stringify({ size: 1, mode: 0o755, linkTarget: '' })).toString('base64')
      return response.writeHead(200, { 'x-docker-container-path-stat': stat }).end()
    }
    if (what === 'POST start') return response.writeHead(204).end()
    const { startedAt: StartedAt } = container
    const Status = StartedAt === NEVER ? 'created' : 'exited'
    const State = { Status, Running: false, OOMKilled: false, ExitCode: 0, Error: '', StartedAt, FinishedAt: StartedAt }
    const Config = { Labels: labels, Cmd: ['/bin/true'] }
    return response.end(JSON.stringify({ Id: 'c1', Config, State, HostConfig: { Memory: 0 } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const platform = dockerPlatform(address, { brokerId, clock })
  closing.push(
    () => platform.close(),
    () => server.close(),
  )
  return { platform, asked, clock }
}

describe('a container', () => {
  it('is started after one look when nothing held the worker', async () => {
    const { platform, asked } = await engineWith(() => undefined)
    await platform.start(execution)
    expect(asked).toEqual(['GET json', 'HEAD archive', 'POST start'])
  })
  it('that another worker has started while this one was held is not started again', async () => {
    const { platform, asked } = await engineWith((container, clock) => {
      clock.advance(60_000)
      container.startedAt = '2026-11-24T00:00:30Z'
    })
    await platform.start(execution)
    expect(asked).toEqual(['GET json', 'HEAD archive', 'GET json'])
  })
  it('is started after another look when the worker was held and nobody else came', async () => {
    const { platform, asked } = await engineWith((_, clock) => clock.advance(60_000))
    await platform.start(execution)
    expect(asked).toEqual(['GET json', 'HEAD archive', 'GET json', 'POST start'])
  })
})
