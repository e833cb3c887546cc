import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DockerContainer } from '../../domain/execution-request.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import { systemClock } from '../../system-clock.ts'
import type { Behaviour } from '../../../test/support/platform-trial.ts'
import { platformConformance } from '../conformance.ts'
import { SimulatedPlatform } from './simulated-platform.ts'

platformConformance('the simulated platform', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'simulated-'))
  const executable = (environment: Record<string, string>): DockerContainer => ({
    type: 'docker-container',
    image: { locations: ['example.org/any:1'], architecture: 'amd64', os: 'linux' },
    command: [],
    environment,
    privileged: false,
    ports: [],
  })
  return {
    open: () => simulated(directory),
    executable: executable({}),
    missing: executable({ SIMULATED_FAIL: 'image' }),
    program,
    noProgram: { command: [], environment: { SIMULATED_FAIL: 'start' } },
    tellsOutOfMemory: true,
    cannot: {
      writes: 'a simulated program writes nothing but its output',
      serves: 'a simulated program answers nobody',
    },
    close: async () => rmSync(directory, { recursive: true }),
  }
})

describe('what a process was writing that was killed', () => {
  const execution = '01a20f91-3c7f-70c3-bb9e-36bad8296000' as ExecutionId
  const part = '451a0e2d-d218-4b68-9bb9-f6c1cdb96fc7'
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'simulated-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it.each(['workload', 'started', 'stopped'])('of the %s is found and removed with the workload', async (record) => {
    writeFileSync(join(directory, `${execution}.${record}.${part}`), '{"half')
    const platform = simulated(directory)
    expect(await platform.owned()).toEqual([{ kind: 'workload', execution }])
    await platform.releaseWorkload(execution)
    expect(readdirSync(directory)).toEqual([])
  })
  it.each(['started', 'stopped'])(
    'when it was held until all others were removed is found too: what is %s',
    async (record) => {
      writeFileSync(join(directory, `${execution}.${record}`), '{}')
      const platform = simulated(directory)
      expect(await platform.owned()).toEqual([{ kind: 'workload', execution }])
      await platform.releaseWorkload(execution)
      expect(readdirSync(directory)).toEqual([])
    },
  )
  it('when it was held until the volume was removed is found too: a directory with what it was writing', async () => {
    const volume = join(directory, `${execution}.volume.data-1`)
    mkdirSync(volume)
    writeFileSync(join(volume, 'content'), 'half')
    const platform = simulated(directory)
    expect(await platform.owned()).toEqual([{ kind: 'volume', execution, name: 'data-1' }])
    await platform.releaseVolume({ execution, name: 'data-1' })
    expect(readdirSync(directory)).toEqual([])
  })
  it('of a volume is found and removed with it, and nothing of another', async () => {
    const other = `${execution}.volume.data-10.size`
    writeFileSync(join(directory, `${execution}.volume.data-1.size.${part}`), '1')
    writeFileSync(join(directory, other), '1')
    const platform = simulated(directory)
    expect(await platform.owned()).toContainEqual({ kind: 'volume', execution, name: 'data-1' })
    await platform.releaseVolume({ execution, name: 'data-1' })
    expect(readdirSync(directory)).toEqual([other])
  })
})

function simulated(directory: string): SimulatedPlatform {
  return new SimulatedPlatform({
    name: 'simulated',
    directory,
    capacity: { cores: 8, memory: 16, storage: 100, accelerators: 0 },
    defaultDurationMs: 0,
    clock: systemClock,
  })
}

function program(behaviour: Behaviour) {
  if (behaviour.reads) return { command: ['cat', behaviour.reads], environment: { SIMULATED_DURATION: 'PT0S' } }
  const lines = (list: readonly string[] = []) => list.map((line) => `${line}\n`).join('')
  const fail = behaviour.takesTooMuchMemory ? 'memory' : behaviour.ignoresTerm ? 'stop' : undefined
  return {
    command: [],
    environment: {
      SIMULATED_DURATION: `PT${behaviour.seconds ?? 0}S`,
      SIMULATED_STDOUT: lines(behaviour.stdout),
      SIMULATED_STDERR: lines(behaviour.stderr),
      SIMULATED_EXIT_CODE: String(behaviour.exitCode ?? 0),
      ...(fail ? { SIMULATED_FAIL: fail } : {}),
    },
  }
}
