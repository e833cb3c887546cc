import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { idSource } from '../../domain/ids.ts'
import { findContainer } from './containers.ts'
import { EngineClient } from './engine-client.ts'
import { Marks } from './marks.ts'

const mark = new Marks('abc123').workload(idSource(Date.now).execution())
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Looks for a container at an engine that gives these answers, one after another; the last one again and again. */
async function look(...answers: readonly (readonly [status: number, body: object])[]) {
  let asked = 0
  const server = createServer((_, response) => {
    const [status, body] = answers[Math.min(asked, answers.length - 1)] as [number, object]
    asked += 1
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new EngineClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  closing.push(
    () => client.close(),
    () => server.close(),
  )
  return findContainer(client, mark).finally(() => expect(asked).toBeLessThanOrEqual(3))
}

describe('a container', () => {
  const container = {
    Id: 'c1',
    Name: `/${mark.name}`,
    State: { Status: 'running', ExitCode: 0, StartedAt: '2026-11-30T12:00:00Z' },
    Config: { Labels: mark.labels },
    HostConfig: {},
  }

  it("is found by its mark, and not taken for somebody else's", async () => {
    expect(await look([200, container])).toMatchObject({ Id: 'c1' })
    expect(await look([200, { ...container, Config: { Labels: {} } }])).toBeUndefined()
    expect(await look([404, { message: 'no such container' }])).toBeUndefined()
  })
  it('whose program ends in the moment of the look is looked at again', async () => {
    const ending = { cause: 'no such process', message: 'read /proc/29290/cgroup: no such process' }
    expect(await look([500, ending], [200, container])).toMatchObject({ Id: 'c1' })
    expect(await look([500, ending], [500, ending], [404, {}])).toBeUndefined()
  })
  it('that the engine cannot show is not waited for without end', async () => {
    await expect(look([500, { message: 'broken' }])).rejects.toThrow('broken')
  })
})
