import { describe, expect, it } from 'vitest'
import { executableOf } from '../../../test/support/docker-platform.ts'
import type { DockerContainer, ExecutionRequest } from '../../domain/execution-request.ts'
import type { Engine } from './engine-facts.ts'
import type { Connecting } from './networks.ts'
import { unsupportedBy } from './unsupported.ts'

const engine = {
  product: 'Docker Engine 20.10.24',
  isPodman: false,
  os: 'linux',
  architecture: 'amd64',
  cores: 4,
  memoryBytes: 8 * 2 ** 30,
  limits: { memory: true, cores: true, pids: true },
  init: true,
  connects: true,
}
const publish = { address: '127.0.0.1', host: '127.0.0.1' }

function pointers(
  changes: Partial<DockerContainer>,
  on: Engine | undefined = engine,
  { path = '/data', connecting = { network: 'none' } }: { path?: string; connecting?: Connecting } = {},
): string[] {
  const executable = { ...executableOf('example.org/name:1'), ...changes }
  const request: ExecutionRequest = {
    executable,
    compute: {
      cores: { min: 1, max: 1 },
      memory: { min: 1, max: 1 },
      volumes: [{ path, mode: 'READONLY', target: { family: 'data', index: 0 } }],
    },
    storage: [],
    data: [],
    durationMs: 60_000,
    starts: [],
  }
  return unsupportedBy(request, connecting, on).map(({ pointer }) => pointer)
}

describe('what an engine does not do', () => {
  it('is nothing of an ordinary program', () => {
    expect(pointers({})).toEqual([])
  })
  it('is to give privileges', () => {
    expect(pointers({ privileged: true })).toEqual(['/executable/privileged'])
  })
  describe('is to make ports reachable', () => {
    const port = { internalPort: 8888, protocol: 'HTTP' } as const
    const both = ['/executable/network/ports/0', '/executable/network/ports/1']
    const refused = (connecting: Connecting, isPodman = false) =>
      pointers({ ports: [port, port] }, { ...engine, isPodman }, { connecting })
    it('where the site does not publish any', () => {
      expect(refused({ network: 'none' })).toEqual(both)
      expect(refused({ network: 'bridge' })).toEqual(both)
      expect(refused({ network: 'none', publish })).toEqual([])
    })
    it('which is the mode of a notebook', () => {
      const notebook = { type: 'jupyter-notebook', location: 'https://example.org/fit.ipynb' } as const
      const changes = { ...notebook, ports: [port] } as unknown as Partial<DockerContainer>
      expect(pointers(changes)).toEqual(['/executable/mode'])
    })
    it('on Podman, where programs may not reach out', () => {
      expect(refused({ network: 'none', publish }, true)).toEqual(both)
      expect(refused({ network: 'bridge', publish }, true)).toEqual([])
    })
  })
  it('is to connect programs, where Podman has nothing to do that with', () => {
    const podman = { ...engine, isPodman: true, connects: false }
    expect(pointers({}, podman, { connecting: { network: 'bridge', publish } })).toEqual(['/executable'])
    expect(pointers({}, podman, { connecting: { network: 'none', publish } })).toEqual([])
  })
  it('is to run programs for another processor or system, as far as its own are known', () => {
    const image = { locations: ['example.org/name:1'], architecture: 'arm64', os: 'windows' }
    const both = ['/executable/image/platform/os', '/executable/image/platform/architecture']
    expect(pointers({ image })).toEqual(both)
    expect(pointers({ image: { ...image, os: 'linux', architecture: 'x86_64' } })).toEqual([])
  })
  it('is to mount where it has memory itself, on Podman with a root that cannot be written to', () => {
    const refused = (path: string, isPodman = true, readOnlyRoot = true) =>
      pointers({}, { ...engine, isPodman }, { path, connecting: { network: 'none', readOnlyRoot } as Connecting })
    for (const path of ['/tmp', '/tmp/', '/var//tmp', '/run'])
      expect(refused(path)).toEqual(['/compute/volumes/0/path'])
    expect([refused('/tmp/inside'), refused('/tmp', false), refused('/tmp', true, false)]).toEqual([[], [], []])
  })
  it('is to mount at a path with a colon, on Podman', () => {
    expect(pointers({}, { ...engine, isPodman: true }, { path: '/a:b' })).toEqual(['/compute/volumes/0/path'])
    expect(pointers({}, engine, { path: '/a:b' })).toEqual([])
  })
})
