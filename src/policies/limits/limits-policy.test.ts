import { describe, expect, it } from 'vitest'
import { asked, smallRequest } from '../../../test/support/policies.ts'
import { policyConformance } from '../conformance.ts'
import type { ContainerPort } from '../../domain/execution-request.ts'
import { LimitsPolicy, type LimitsPolicyOptions } from './limits-policy.ts'

const HOUR_MS = 3_600_000
const policy = new LimitsPolicy({ name: 'site', amounts: { cores: 4, storage: 10 }, durationMs: 24 * HOUR_MS })
const withCores = (min: number, max: number) =>
  smallRequest({ compute: { cores: { min, max }, memory: { min: 1, max: 1 }, volumes: [] } })

policyConformance('a limit of resources', async () => ({
  policy,
  allowed: withCores(1, 4),
  denied: withCores(5, 8),
  capped: withCores(1, 8),
}))

describe('a limit of ports', () => {
  const none = new LimitsPolicy({ name: 'site', amounts: {}, portsMax: 0, durationMs: undefined })
  const withPorts = (count: number) => {
    const ports = Array.from({ length: count }, () => ({ internalPort: 80, protocol: 'HTTP' as const }))
    return smallRequest({}, { ports })
  }
  it('lets those through that ask for no more', () => {
    expect(none.evaluate(asked(withPorts(0)))).toMatchObject({ decision: 'cap' })
  })
  it('is told with what was asked for', () => {
    const text = '/executable/network/ports asks for at least 2 ports, and the policy site allows 0.'
    expect(none.evaluate(asked(withPorts(2)))).toMatchObject({ decision: 'deny', messages: [{ text }] })
  })
})

describe('rules about ports', () => {
  const ruled = (options: Partial<LimitsPolicyOptions>) =>
    new LimitsPolicy({ name: 'site', amounts: {}, durationMs: undefined, ...options })
  const lab = ruled({
    allowPorts: [
      { number: 8888, path: '/lab/**', protocol: 'HTTP' },
      { from: 9000, to: 9010 },
    ],
    denyPorts: [{ number: 9005 }, { path: '/lab/admin**' }],
  })
  const port = (internalPort: number, more: Partial<ContainerPort> = {}): ContainerPort => ({
    internalPort,
    protocol: 'HTTP',
    ...more,
  })
  const judged = (...ports: ContainerPort[]) => lab.evaluate(asked(smallRequest({}, { ports })))

  policyConformance('a rule about ports', async () => ({
    policy: lab,
    allowed: smallRequest({}, { ports: [port(9000)] }),
    denied: smallRequest({}, { ports: [port(80)] }),
  }))

  it.each([
    [port(8888, { path: '/lab/tree' })],
    [port(8888, { path: 'lab/a/b?c' })],
    [port(9000)],
    [port(9010, { protocol: 'UDP' })],
  ])('let a port through that is allowed: %j', (one) => {
    expect(judged(one)).toMatchObject({ decision: 'cap' })
  })
  it.each([
    [port(8888), 'not one of those that are allowed'],
    [port(8888, { path: '/lab/tree', protocol: 'TCP' }), 'not one of those that are allowed'],
    [port(8888, { path: '/lab/../secret' }), 'not one of those that are allowed'],
    [port(8888, { path: '/lab/%2e%2e/secret' }), 'not one of those that are allowed'],
    [port(8888, { path: '/lab/%61dmin' }), 'excepted'],
    [port(8888, { path: '/lab/x/../admin/users' }), 'excepted'],
    [port(9005), 'excepted'],
    [port(9011), 'not one of those that are allowed'],
  ])('refuse another, with its place: %j', (one, reason) => {
    const text = expect.stringContaining(reason) as string
    const values = { pointer: '/executable/network/ports/1', policy: 'site' }
    expect(judged(port(9000), one)).toMatchObject({
      decision: 'deny',
      messages: [{ name: 'policy-port', text, values }],
    })
  })
  it('that cover nothing are refused with what to write', () => {
    expect(() => ruled({ allowPorts: [{ from: 10, to: 5 }] })).toThrow(/site\.allowPorts\.0 covers no number; write/)
    expect(() => ruled({ denyPorts: [{ number: 7, from: 8 }] })).toThrow(/site\.denyPorts\.0/)
  })
})

describe('a limit of the duration', () => {
  it('is told with what was asked for', () => {
    const verdict = policy.evaluate(asked(smallRequest({ durationMs: 25 * HOUR_MS })))
    expect(verdict).toMatchObject({
      decision: 'deny',
      messages: [{ text: '/schedule/requested/duration asks for P1DT1H, and the policy site allows P1D.' }],
    })
  })
})
