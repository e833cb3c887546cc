import { describe, expect, it } from 'vitest'
import { load } from 'js-yaml'
import { POLICY_EXAMPLES, writePolicies } from '../scripts/policies-page.ts'
import { loadConfig } from '../src/config.ts'
import { policiesOf } from '../src/policies-here.ts'
import { POLICIES } from '../src/policy-schema.ts'
import { systemClock } from '../src/system-clock.ts'

describe('the page on the policies', () => {
  const policies = load(POLICY_EXAMPLES) as { type: string; name: string }[]

  it('has an example of every type, and all of them are right', async () => {
    const types = POLICIES.items.oneOf.map(({ properties }) => properties.type.const)
    expect(new Set(policies.map(({ type }) => type))).toEqual(new Set(types))
    // The module of the example is on nobody's disk.
    const here = policies.filter(({ type }) => type !== 'module')
    const { config } = loadConfig({ environment: {}, options: { policies: here } })
    const site = await policiesOf(config, systemClock)
    await site.close()
    expect(site.policies.length + site.quotas.length).toBe(here.length)
  })
  it('says of every key what it means', () => {
    const rows = writePolicies()
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([])
  })
})
