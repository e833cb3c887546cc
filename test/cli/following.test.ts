/** The commands that stay with an execution: in a terminal, when interrupted, when their reader or the broker goes away. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { RequestFiles, startCommand, startInTerminal, type Command } from '../support/command.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { hasScript } from '../support/programs.ts'

vi.setConfig({ testTimeout: 120_000 })

let broker: TestBroker
let api: Api
const files = new RequestFiles()
beforeAll(async () => {
  broker = await testBroker({ 'listen.port': await freePort() })
  api = new Api(broker.url)
})
afterAll(async () => {
  await broker.close()
  files.remove()
})

const environment = () => ({ BROKER_URL: broker.url })
const lasting = (seconds: number) =>
  files.write(
    `lasting-${seconds}.yaml`,
    containerRequest({ environment: { SIMULATED_DURATION: `PT${seconds}S`, SIMULATED_STDOUT: 'begins\nends\n' } }),
  )
/** The execution that a command follows, once its program runs. */
async function running(command: Command): Promise<string> {
  const [, uuid = ''] = await command.writes(/execution ([0-9a-f-]{36})/)
  await command.writes(/AVAILABLE/)
  return uuid
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

describe.skipIf(!hasScript)('in a terminal (skipped where there is no script(1) of util-linux)', () => {
  it('Ctrl-C asks whether to cancel, and yes cancels', async () => {
    const command = startInTerminal(['run', lasting(3600)], { environment: environment() })
    const uuid = await running(command)
    command.types('\u0003')
    await command.writes(/Cancel the execution\? \[y\/N\]/)
    command.types('y\r')
    const { exitCode, stdout } = await command.ends()
    expect(exitCode).toBe(EXIT.cancelled)
    expect(stdout).toMatch(/CANCELLED/)
    expect((await api.execution(uuid)).phase).toBe('CANCELLED')
  })
  it('no goes on, and Ctrl-C twice leaves the execution alone', async () => {
    const command = startInTerminal(['run', lasting(3600)], { environment: environment() })
    const uuid = await running(command)
    command.types('\u0003')
    await command.writes(/\[y\/N\]/)
    command.types('n\r')
    await command.writes(/It goes on\./)
    command.types('\u0003')
    await command.writes(/It goes on[^]*\[y\/N\]/)
    command.types('\u0003')
    const { exitCode, stdout } = await command.ends()
    expect(exitCode).toBe(EXIT.cancelled)
    expect(stdout).toContain(`'broker cancel ${uuid}' ends it.`)
    expect((await api.execution(uuid)).phase).toBe('AVAILABLE')
    await api.setPhase(uuid, 'CANCELLED')
  })
  it('shows how far the data are', async () => {
    const data = await startDataServer()
    data.files.set('/stars.fits', { content: 3_000_000 })
    data.faults.set('/stars.fits', [{ method: 'GET', bytesPerSecond: 2_000_000 }])
    const request = containerRequest({}, { data: [{ kind: KIND.simpleData, location: `${data.url}/stars.fits` }] })
    const command = startInTerminal(['run', files.write('data.yaml', request)], { environment: environment() })
    const { exitCode, stdout } = await command.ends()
    expect(exitCode).toBe(EXIT.ok)
    expect(stdout).toMatch(/ {2}stars\.fits: \[#+-+\] \d+\.\d [kM]B of 3\.0 MB\r/)
    expect(stdout).toMatch(/3000000 bytes of .*stars\.fits were copied/)
    await data.close()
  })
})

describe('without a terminal', () => {
  it('SIGINT leaves the execution alone and says how to end it', async () => {
    const command = startCommand(['run', lasting(3600)], { environment: environment() })
    const uuid = await running(command)
    command.process.kill('SIGINT')
    const { exitCode, stderr } = await command.ends()
    expect(exitCode).toBe(EXIT.cancelled)
    expect(stderr).toContain(
      `The execution goes on; 'broker status ${uuid}' shows how, 'broker cancel ${uuid}' ends it.`,
    )
    expect((await api.execution(uuid)).phase).toBe('AVAILABLE')
    await api.setPhase(uuid, 'CANCELLED')
  })
  it('ends in silence when its reader goes away', async () => {
    for (let number = 0; number < 5; number++) await api.ends(await api.run(containerRequest()))
    const command = startCommand(['list', '--json'], { environment: environment() })
    command.process.stdout?.destroy()
    expect(await command.ends()).toEqual({ exitCode: EXIT.readerGone, stdout: '', stderr: '' })
  })
})

describe('a broker that is restarted', () => {
  it('does not end the command, which shows everything once', async () => {
    const command = startCommand(['run', lasting(6)], { environment: environment() })
    await running(command)
    await command.writes(/begins/)
    await broker.restart()
    const { exitCode, stdout, stderr } = await command.ends()
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.ok, stdout: 'begins\nends\n' })
    const phases = [...stderr.matchAll(/^\d\d:\d\d:\d\d {2}(\w+)$/gm)].map(([, phase]) => phase)
    // It may wait for a moment, until capacity is found for an early start.
    const seen = phases.filter((phase) => phase !== 'WAITING')
    expect(seen).toEqual(['ACCEPTED', 'PREPARING', 'AVAILABLE', 'RELEASING', 'COMPLETED'])
  })
})

describe('the way into a notebook', () => {
  const site = { 'notebooks.image': 'registry.example.org/jupyter/minimal:1', 'notebooks.server': {} }
  const WHOLE = /http:\/\/simulated\.invalid:8888\/lab\/tree\/fit\.ipynb\?token=[0-9a-f]{64}/
  let data: DataServer
  let notebooks: TestBroker
  const at = (args: readonly string[]) => startCommand(args, { environment: { BROKER_URL: notebooks.url } })
  const inTerminal = (args: readonly string[]) => startInTerminal(args, { environment: { BROKER_URL: notebooks.url } })
  const notebook = () =>
    files.write('notebook.yaml', {
      executable: { kind: KIND.jupyterNotebook, location: `${data.url}/fit.ipynb`, mode: 'INTERACTIVE' },
      data: [{ kind: KIND.simpleData, location: `${data.url}/done/fit.ipynb`, access: 'WRITEONLY' }],
    })
  beforeAll(async () => {
    data = await startDataServer()
    data.files.set('/fit.ipynb', { content: Buffer.from('{"cells": []}') })
    notebooks = await testBroker(site)
  })
  afterAll(async () => {
    await notebooks.close()
    await data.close()
  })

  it.skipIf(!hasScript)('is shown with its token to its owner in a terminal', async () => {
    const command = inTerminal(['run', notebook()])
    const [, uuid = ''] = await command.writes(/execution ([0-9a-f-]{36})/)
    await command.writes(WHOLE)
    const shown = inTerminal(['status', uuid])
    await shown.writes(WHOLE)
    expect((await shown.ends()).exitCode).toBe(EXIT.ok)
    const followed = inTerminal(['accept', '-f', uuid])
    await followed.writes(WHOLE)
    expect((await at(['done', uuid]).ends()).exitCode).toBe(EXIT.ok)
    await command.writes(/COMPLETED/)
    await Promise.all([command.ends(), followed.ends()])
  })
  it('is shown without its token where the output is kept, with where to find it', async () => {
    const command = at(['run', notebook()])
    const [, uuid = ''] = await command.writes(/execution ([0-9a-f-]{36})/)
    await command.writes(/notebook: http:\/\/simulated\.invalid:8888\/lab\/tree\/fit\.ipynb/)
    const { stdout } = await at(['status', uuid]).ends()
    expect(stdout).toMatch(
      /notebook: http:\S+fit\.ipynb .*'broker status [0-9a-f-]{36}' in a terminal shows it with its token/,
    )
    await at(['done', uuid]).ends()
    const followed = await command.ends()
    expect(stdout + followed.stdout + followed.stderr).not.toMatch(/token=/)
  })
})
