import { describe, expect, it } from 'vitest'
import { asked, smallRequest } from '../../../test/support/policies.ts'
import { policyConformance } from '../conformance.ts'
import { LimitsPolicy } from './limits-policy.ts'

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

describe('a limit of the duration', () => {
  it('is told with what was asked for', () => {
    const verdict = policy.evaluate(asked(smallRequest({ durationMs: 25 * HOUR_MS })))
    expect(verdict).toMatchObject({
      decision: 'deny',
      messages: [{ text: '/schedule/requested/duration asks for P1DT1H, and the policy site allows P1D.' }],
    })
  })
})
