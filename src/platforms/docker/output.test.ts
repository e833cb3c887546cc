/** What is read of a program whose container the engine can say nothing of. */
import { afterEach, describe, expect, it } from 'vitest'
import { toldEngine } from '../../../test/support/told-engine.ts'
import { systemClock } from '../../system-clock.ts'
import type { ContainerDetails } from './engine-answers.ts'
import { EngineClient } from './engine-client.ts'
import { outputOf } from './output.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const State = {
  Status: 'dead',
  Running: false,
  OOMKilled: false,
  ExitCode: 0,
  Error: '',
  StartedAt: '2026-01-01T10:00:00Z',
  FinishedAt: '2026-01-01T10:00:05Z',
}
const container: ContainerDetails = {
  Id: 'one',
  Name: '/one',
  Image: 'sha256:1',
  State,
  Config: {},
  HostConfig: { Memory: 0 },
}

/** Reads all of it, from an engine that refuses to give it. */
async function readFrom(status: number, message: string): Promise<string> {
  const { socket, close } = await toldEngine((_, response) =>
    response.writeHead(status).end(JSON.stringify({ message })),
  )
  const client = new EngineClient(socket)
  cleanUp.push(close, () => client.close())
  const options = { from: 0, follow: true, signal: new AbortController().signal }
  let text = ''
  for await (const chunk of outputOf(client, systemClock, async () => container, 'stdout', options))
    text += String(chunk)
  return text
}

describe('the output of a container', () => {
  it.each([
    ['is gone', 404, 'No such container: one'],
    ['could be removed by half only', 409, 'can not get logs from container which is dead or marked for removal'],
  ])('that %s is nothing', async (_, status, message) => {
    expect(await readFrom(status, message)).toBe('')
  })
  it('that the engine refuses for another reason is not taken for nothing', async () => {
    await expect(readFrom(500, 'the log cannot be opened')).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
  })
})
