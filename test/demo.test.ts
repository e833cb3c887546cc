/** `npm run demo` as a person runs it: what it shows, and that nothing of it stays. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { idSource } from '../src/domain/ids.ts'
import { EngineClient } from '../src/platforms/docker/engine-client.ts'
import { findChecksumProgram, makeChecksumImage } from '../scripts/demo/checksum-image.ts'
import { fitsImage } from '../scripts/demo/fits-image.ts'
import { programFiles } from '../scripts/demo/program-files.ts'
import { Command, type Outcome } from './support/command.ts'
import {
  describeOnEngines,
  dockerPlatform,
  executableOf,
  outputOf,
  releaseAll,
  shellWorkload,
} from './support/docker-platform.ts'

vi.setConfig({ testTimeout: 180_000 })

let directory: string
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'demo-test-'))))
afterEach(() => rmSync(directory, { recursive: true }))

/** Starts the demonstration; its temporary files are in a directory of the test. */
function demo(args: readonly string[], environment: Record<string, string> = {}): Command {
  const command = ['--import', 'tsx', 'scripts/demo.ts', ...args]
  const own = { TMPDIR: directory, TSX_DISABLE_CACHE: '1' }
  return new Command(process.execPath, command, { environment: { ...own, ...environment }, input: '' })
}

/** The two checksums that it shows at the end. */
const checksums = ({ stdout }: Outcome) =>
  [...stdout.matchAll(/^ {3}computed .*? ([0-9a-f]{64})$/gm)].map(([, sum]) => sum)

describe('on the simulated platform', () => {
  it('shows every step, says that nothing is really run, and leaves no file', async () => {
    const outcome = await demo(['--platform', 'simulated']).ends()
    expect({ exitCode: outcome.exitCode, stderr: outcome.stderr }).toEqual({ exitCode: 0, stderr: '' })
    const titles = [...outcome.stdout.matchAll(/^(The \w+)$/gm)].map(([, title]) => title?.slice(4))
    expect(titles).toEqual(['platform', 'data', 'broker', 'request', 'offers', 'execution', 'result'])
    expect(outcome.stdout).toMatch(/containers are simulated: nothing is really run\.$/m)
    expect(outcome.stdout).toMatch(/^ {3}No container was run: /m)
    const [there, here] = checksums(outcome)
    expect(there).toBeDefined()
    expect(there).toBe(here)
    expect(readdirSync(directory)).toEqual([])
  })
  it('stays when it is asked to, until Ctrl-C', async () => {
    const command = demo(['--platform', 'simulated', '--keep'])
    const [, url = ''] = await command.writes(/npx broker list --server (http:\S+)\n[^]*Ctrl-C here stops it/)
    const executions = (await (await fetch(`${url}/executions`)).json()) as { executions: { phase: string }[] }
    expect(executions.executions).toMatchObject([{ phase: 'COMPLETED' }])
    command.process.kill('SIGINT')
    expect((await command.ends()).exitCode).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
    expect(readdirSync(directory)).toEqual([])
  })
  it('leaves nothing when it is interrupted in the middle', async () => {
    const command = demo(['--platform', 'simulated'])
    await command.writes(/AVAILABLE/)
    command.process.kill('SIGINT')
    const { exitCode, stdout } = await command.ends()
    expect(exitCode).toBe(130)
    expect(stdout).toMatch(/Interrupted; everything is taken away\.\n$/)
    expect(readdirSync(directory)).toEqual([])
  })
})

describeOnEngines('the demonstration', ({ name, address }) => {
  const environment = { DOCKER_HOST: `unix://${address}` }

  /** What of a demonstration the engine still has. */
  async function leftovers(stdout: string): Promise<unknown[]> {
    const client = new EngineClient(address)
    const ask = async <Body>(path: string, filter: Record<string, string[]>) =>
      (await client.ask<Body>({ path, query: { all: 1, filters: JSON.stringify(filter) }, doing: 'looking' })).body
    const uuid = /execution ([0-9a-f-]{36})/.exec(stdout)?.[1]
    const image = /localhost\/execution-broker-demo:\w+/.exec(stdout)?.[0] as string
    const label = [`execution-broker.execution=${uuid}`]
    const found = [
      ...(await ask<unknown[]>('/containers/json', { label })),
      ...((await ask<{ Volumes: unknown[] | null }>('/volumes', { label })).Volumes ?? []),
      ...(await ask<unknown[]>('/images/json', { reference: [image] })),
    ]
    await client.close()
    return found
  }

  it('computes the checksum in a real container, and takes everything away', async () => {
    const outcome = await demo([], environment).ends()
    expect({ exitCode: outcome.exitCode, stderr: outcome.stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(outcome.stdout).toMatch(new RegExp(`^ {3}Containers run on ${name} \\S+ at ${address}\\.$`, 'm'))
    expect(outcome.stdout).toMatch(/^ {3}computed in the container /m)
    const [there, here] = checksums(outcome)
    expect(there).toBeDefined()
    expect(there).toBe(here)
    expect(await leftovers(outcome.stdout)).toEqual([])
    expect(readdirSync(directory)).toEqual([])
  })
  it('takes everything away when it is interrupted in the middle', async () => {
    const command = demo([], environment)
    await command.writes(/PREPARING/)
    command.process.kill('SIGINT')
    const { exitCode, stdout } = await command.ends()
    expect(exitCode).toBe(130)
    expect(await leftovers(stdout)).toEqual([])
    expect(readdirSync(directory)).toEqual([])
  })
  it('can take Node itself along where there is no other program', async () => {
    const client = new EngineClient(address)
    const program = findChecksumProgram([process.execPath])
    if (!program) throw new Error('Node is a program of Linux here')
    const image = await makeChecksumImage(client, program)
    const platform = dockerPlatform(address)
    onTestFinished(async () => {
      await releaseAll(platform)
      await image.remove()
      await client.close()
    })
    await platform.probe()
    const imageId = await platform.prepareImage(executableOf(image.location), () => {}, new AbortController().signal)
    const execution = idSource(Date.now).execution()
    const command = program.args('/etc/passwd-of-nobody')
    await platform.prepareWorkload(shellWorkload(execution, imageId, '', { entrypoint: program.path, command }))
    await platform.start(execution)
    const [stdout, stderr] = [await outputOf(platform, execution), await outputOf(platform, execution, 'stderr')]
    // Node itself ran: it has no such file, and says so in its own words.
    expect(stdout.toString()).toBe('')
    expect(stderr.toString()).toMatch(/ENOENT: no such file or directory, open '\/etc\/passwd-of-nobody'/)
  })
})

describe('the FITS image', () => {
  it('is whole blocks: a header in cards, and as many pixels as the header says', () => {
    const image = fitsImage()
    const header = image.toString('ascii', 0, 2880)
    const cards = header.match(/.{80}/g) ?? []
    expect(cards[0]).toBe('SIMPLE  =                    T'.padEnd(80))
    expect(cards.findIndex((card) => card.trimEnd() === 'END')).toBe(6)
    const value = (keyword: string) =>
      Number(new RegExp(`^${keyword.padEnd(8)}= +(\\d+)`, 'm').exec(cards.join('\n'))?.[1])
    const bytes = (value('NAXIS1') * value('NAXIS2') * value('BITPIX')) / 8
    expect(image.length).toBe(2880 + Math.ceil(bytes / 2880) * 2880)
    expect(fitsImage()).toEqual(image)
  })
})

describe.skipIf(process.platform !== 'linux')('the files of a program (skipped where programs are not ELF)', () => {
  it('are itself, its loader and its libraries', () => {
    const files = programFiles(process.execPath)
    expect(files?.[0]).toBe(process.execPath)
    expect(files?.slice(1).every((file) => /^\/.*(\/ld-|\.so)/.test(file))).toBe(true)
    expect(programFiles('package.json')).toBeUndefined()
  })
})
