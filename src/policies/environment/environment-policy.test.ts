import { describe, expect, it } from 'vitest'
import { asked, smallRequest } from '../../../test/support/policies.ts'
import { policyConformance } from '../conformance.ts'
import { EnvironmentPolicy } from './environment-policy.ts'

const setting = (environment: Record<string, string>) => smallRequest({}, { environment })

policyConformance('a list of variables', async () => ({
  policy: new EnvironmentPolicy({ name: 'site', allow: ['RADIO_*', 'HOME'], deny: ['RADIO_SECRET*'] }),
  allowed: setting({ HOME: '/', RADIO_A: '1' }),
  denied: setting({ HOME: '/', LD_PRELOAD: 'x', RADIO_SECRET: 'y' }),
}))

describe('a list of variables', () => {
  it('names each that is refused, and never its value', () => {
    const policy = new EnvironmentPolicy({ name: 'site', allow: undefined, deny: ['LD_*', 'a/b'] })
    const verdict = policy.evaluate(asked(setting({ LD_PRELOAD: 'hush', 'a/b': 'hush', OTHER: 'hush' })))
    expect(verdict).toMatchObject({
      messages: [
        { values: { variable: 'LD_PRELOAD' } },
        { values: { variable: 'a/b', pointer: '/executable/environment/a~1b' } },
      ],
    })
    expect(JSON.stringify(verdict)).not.toContain('hush')
  })
})
