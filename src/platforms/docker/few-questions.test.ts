/** What an engine is not asked, because it is asked for many containers at the same time and answers slowly then. */
import { afterEach, expect, it } from 'vitest'
import { dockerPlatform, testBrokerId } from '../../../test/support/docker-platform.ts'
import { toldEngine } from '../../../test/support/told-engine.ts'
import { idSource } from '../../domain/ids.ts'
import type { ContainerDetails } from './engine-answers.ts'
import { EngineClient } from './engine-client.ts'
import { Marks } from './marks.ts'
import { ProgramCheck } from './program-check.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const container = (more: Partial<ContainerDetails> = {}): ContainerDetails => ({
  Id: 'one',
  Name: '/one',
  Image: 'sha256:1',
  State: { Status: 'created', Running: false, OOMKilled: false, ExitCode: 0, Error: '', StartedAt: '', FinishedAt: '' },
  Config: { Cmd: ['sleep'], Env: ['PATH=/bin'] },
  HostConfig: { Memory: 0 },
  ...more,
})

/** A client of an engine whose images have every program; `asked` are the containers that it was asked about. */
async function engineWithPrograms(): Promise<{ client: EngineClient; asked: string[] }> {
  const asked: string[] = []
  const stat = Buffer.from(JSON.stringify({ name: 'sleep', size: 1, mode: 0o755, linkTarget: '' })).toString('base64')
  const { socket, close } = await toldEngine(({ url = '' }, response) => {
    asked.push(url.split('/')[2] ?? '')
    response.writeHead(200, { 'x-docker-container-path-stat': stat }).end()
  })
  const client = new EngineClient(socket)
  cleanUp.push(close, () => client.close())
  return { client, asked }
}

it('a program that was found in an image is not looked for again', async () => {
  const { client, asked } = await engineWithPrograms()
  const check = new ProgramCheck()
  await check.assertThere(client, container())
  await check.assertThere(client, container({ Id: 'two' }))
  expect(asked).toEqual(['one'])
  await check.assertThere(client, container({ Id: 'three', Image: 'sha256:2' }))
  await check.assertThere(client, container({ Id: 'four', Config: { Cmd: ['sleep'], Env: ['PATH=/sbin'] } }))
  expect(asked).toEqual(['one', 'three', 'four'])
})

it('a program that was found beside a volume is looked for again: it may have been in the volume', async () => {
  const { client, asked } = await engineWithPrograms()
  const check = new ProgramCheck()
  await check.assertThere(client, container({ Mounts: [{ Destination: '/opt' }] }))
  await check.assertThere(client, container({ Id: 'two' }))
  expect(asked).toEqual(['one', 'two'])
})

it('Docker is not asked about containers that its list says are not started, because it answers no question while it starts them', async () => {
  const brokerId = testBrokerId()
  const ids = idSource(Date.now)
  const [first, second] = [ids.execution(), ids.execution()]
  const listed = [first, second].map((execution) => {
    const { name, labels } = new Marks(brokerId).workload(execution)
    return { Id: execution, Names: [`/${name}`], State: 'created', Labels: labels }
  })
  const answers: Readonly<Record<string, unknown>> = {
    '/version': { Version: '20.10.24', Components: [{ Name: 'Engine' }] },
    '/info': { NCPU: 2, MemTotal: 2 ** 32, Architecture: 'x86_64', OSType: 'linux' },
    '/containers/json': listed,
    '/_ping': 'OK',
  }
  const unexpected: string[] = []
  const { socket, close } = await toldEngine(({ url = '' }, response) => {
    const answer = answers[url.split('?')[0] ?? '']
    if (answer === undefined) unexpected.push(url)
    response.writeHead(answer === undefined ? 500 : 200).end(JSON.stringify(answer))
  })
  const platform = dockerPlatform(socket, { brokerId })
  cleanUp.push(close, () => platform.close())
  const seen = await platform.observe([first, second])
  expect([...seen.values()]).toEqual([first, second].map((workload) => ({ state: 'created', workload })))
  expect(unexpected).toEqual([])
})
