import { describe, expect, it } from 'vitest'
import { connectorsOf, locationOf, type Endpoint } from './connectors.ts'
import { EXECUTION_PHASES } from './execution-lifecycle.ts'
import type { ContainerPort } from './execution-request.ts'

const web: ContainerPort = { internalPort: 8888, protocol: 'HTTP', purpose: 'desktop', path: '/lab?reset' }
const reached: Endpoint = { port: 8888, transport: 'tcp', host: '127.0.0.1', publishedPort: 32768 }

describe('a connector', () => {
  it('is prepared up to the start, available while the program runs, and finished from its end on', () => {
    const statuses = EXECUTION_PHASES.map((phase) => [phase, connectorsOf([web], { phase }, [reached])[0]?.status])
    expect(Object.fromEntries(statuses)).toEqual({
      OFFERED: 'PREPARING',
      ACCEPTED: 'PREPARING',
      WAITING: 'PREPARING',
      PREPARING: 'PREPARING',
      AVAILABLE: 'AVAILABLE',
      RELEASING: 'FINISHED',
      COMPLETED: 'FINISHED',
      FAILED: 'FINISHED',
      CANCELLED: 'FINISHED',
      REJECTED: 'FINISHED',
      EXPIRED: 'FINISHED',
    })
    expect(connectorsOf([web], { phase: 'AVAILABLE', endedAt: 1 }, [reached])[0]?.status).toBe('FINISHED')
  })
  it('says where it is only while it can be used', () => {
    const at = (phase: 'PREPARING' | 'AVAILABLE' | 'COMPLETED', endpoints: Endpoint[]) =>
      connectorsOf([web], { phase }, endpoints)[0]?.location
    expect(at('PREPARING', [reached])).toBeUndefined()
    expect(at('AVAILABLE', [])).toBeUndefined()
    expect(at('AVAILABLE', [reached])).toBe('http://127.0.0.1:32768/lab?reset')
    expect(at('COMPLETED', [reached])).toBeUndefined()
  })
  it('belongs to the port of its transport', () => {
    const ports: ContainerPort[] = [
      { internalPort: 53, protocol: 'UDP' },
      { internalPort: 53, protocol: 'TCP' },
    ]
    const endpoints: Endpoint[] = [
      { ...reached, port: 53, publishedPort: 1 },
      { ...reached, port: 53, transport: 'udp', publishedPort: 2 },
    ]
    const found = connectorsOf(ports, { phase: 'AVAILABLE' }, endpoints)
    expect(found.map(({ location }) => location)).toEqual(['udp://127.0.0.1:2', 'tcp://127.0.0.1:1'])
  })
})

describe('the location of a port', () => {
  it.each([
    ['HTTP', undefined, 'http://h:1/'],
    ['HTTPS', 'lab', 'https://h:1/lab'],
    ['HTTP', '//evil.example/', 'http://h:1/evil.example/'],
    ['HTTP', '\\\\evil.example', 'http://h:1/evil.example'],
    ['HTTP', '@evil.example/', 'http://h:1/@evil.example/'],
    ['TCP', '/ignored', 'tcp://h:1'],
  ] as const)('%s with the path %s stays on its host', (protocol, path, location) => {
    const port = { internalPort: 80, protocol, ...(path === undefined ? {} : { path }) }
    expect(locationOf(port, { port: 80, transport: 'tcp', host: 'h', publishedPort: 1 })).toBe(location)
  })
  it('has an address of IPv6 in brackets', () => {
    expect(locationOf({ internalPort: 1, protocol: 'TCP' }, { ...reached, host: '::1' })).toBe('tcp://[::1]:32768')
  })
})
