import { describe, expect, it } from 'vitest'
import { asked, smallRequest } from '../../test/support/policies.ts'
import { NOTHING_USED, type CountedUse } from '../domain/quota.ts'
import { policyConformance } from './conformance.ts'
import { QuotaPolicy, type CountUse, type Quota } from './quota.ts'

const HOUR_MS = 3_600_000
const UNTIL = Date.UTC(2026, 10, 30, 12, 5)
const quota = (limits: Quota['limits'], rest: Partial<Quota> = {}): Quota => ({
  name: 'site',
  of: 'user',
  limits,
  windowMs: 30 * 24 * HOUR_MS,
  ...rest,
})
const using =
  (use: Partial<CountedUse>): CountUse =>
  async () => ({ ...NOTHING_USED, ...use })
const hours = (durationMs: number) => smallRequest({ durationMs })
const signal = new AbortController().signal

policyConformance('a quota', async () => {
  let away = false
  const count: CountUse = async () => {
    if (away) throw new Error('as the test wants it')
    return { ...NOTHING_USED, coreMs: 8 * HOUR_MS }
  }
  return {
    policy: new QuotaPolicy(quota({ coreHours: 10 }), count),
    allowed: hours(2 * HOUR_MS),
    denied: hours(3 * HOUR_MS),
    break: async () => {
      away = true
    },
  }
})

describe('a quota', () => {
  const judge = async (policy: QuotaPolicy, ...question: Parameters<typeof asked>) => {
    const verdict = await policy.evaluate(asked(...question), signal)
    return verdict.decision === 'deny' ? verdict.messages.map(({ text }) => text) : verdict.decision
  }

  it.each([
    [{ executions: 5 }, { executions: 4 }, 'allow'],
    [
      { executions: 5 },
      { executions: 5 },
      ['The quota site is 5 executions at once; 5 are used, and this needs 1 more.'],
    ],
    [{ executions: 0 }, {}, ['The quota site is 0 executions at once; 0 are used, and this needs 1 more.']],
    [
      { coreHours: 1.5 },
      { coreMs: HOUR_MS },
      ['The quota site is 1.5 core-hours within P30D; 1 are used, and this needs 1 more.'],
    ],
    [
      { coreHours: 1.5 },
      { coreMs: HOUR_MS, openCoreMs: HOUR_MS / 2, openUntilAt: UNTIL },
      [
        'The quota site is 1.5 core-hours within P30D; 1 are used, 0.5 of them by your own open offers until 2026-11-30T12:05:00Z, and this needs 1 more.',
      ],
    ],
    [{ openOfferSets: 2 }, { openOfferSets: 1 }, 'allow'],
    [
      { openOfferSets: 2 },
      { openOfferSets: 2 },
      ['The quota site is 2 open offer sets; 2 are used, and this needs 1 more.'],
    ],
    // What asks for no storage is not in the way of those who use too much.
    [{ storage: 1 }, { storageGib: 5 }, 'allow'],
  ] as const)('of %j with %j used: %j', async (limits, use, expected) => {
    expect(await judge(new QuotaPolicy(quota(limits), using(use)), smallRequest())).toEqual(expected)
  })
  it('of open offer sets is not in the way of accepting one', async () => {
    const policy = new QuotaPolicy(quota({ openOfferSets: 1 }), using({ openOfferSets: 1 }))
    expect(await judge(policy, smallRequest(), { moment: 'accept' })).toBe('allow')
  })
  it('of groups is counted for each of them that the caller is in', async () => {
    const counted: string[] = []
    const count: CountUse = async ({ of, name }) => {
      counted.push(`${of} ${name}`)
      return { ...NOTHING_USED, executions: name === 'radio' ? 9 : 0 }
    }
    const policy = new QuotaPolicy(
      quota({ executions: 9 }, { of: 'group', groups: ['radio', 'optical', 'x-ray'] }),
      count,
    )
    expect(await judge(policy, smallRequest(), { groups: ['optical', 'radio', 'other'] })).toEqual([
      'The quota site is 9 executions at once for the group radio; 9 are used, and this needs 1 more.',
    ])
    expect(counted).toEqual(['group radio', 'group optical'])
    expect(await judge(policy, smallRequest(), { groups: ['other'] })).toBe('allow')
  })
})
