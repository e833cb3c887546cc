import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DockerContainer } from '../../domain/execution-request.ts'
import { systemClock } from '../../system-clock.ts'
import { platformConformance, type Behaviour } from '../conformance.ts'
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
    open: () =>
      new SimulatedPlatform({
        name: 'simulated',
        directory,
        capacity: { cores: 8, memory: 16, storage: 100, accelerators: 0 },
        defaultDurationMs: 0,
        clock: systemClock,
      }),
    executable: executable({}),
    missing: executable({ SIMULATED_FAIL: 'image' }),
    program,
    noProgram: { command: [], environment: { SIMULATED_FAIL: 'start' } },
    cannot: { writes: 'a simulated program writes nothing but its output' },
    close: async () => rmSync(directory, { recursive: true }),
  }
})

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
