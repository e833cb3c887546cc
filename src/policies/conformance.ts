/**
 * What every policy must do. Each policy's test is one call of this; new behaviour is first a case here.
 *
 * The suite asks; the policy's test says which questions are allowed, denied and made smaller, and how it is broken.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asked } from '../../test/support/policies.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { MESSAGES } from '../domain/message.ts'
import { forThose } from './applies-to.ts'
import { PolicyChain } from './policy-chain.ts'
import type { Policy, PolicyQuestion } from './policy.ts'

/** A policy to be tested, with requests that it judges. */
export interface PolicyUnderTest {
  readonly policy: Policy
  readonly allowed: ExecutionRequest
  readonly denied: ExecutionRequest
  /** A request that it allows with less; undefined where it makes nothing smaller. */
  readonly capped?: ExecutionRequest
  /** Breaks what the policy asks; undefined where it asks nobody. */
  readonly break?: () => Promise<void>
  close?(): Promise<void>
}

/** Runs the suite on a policy. */
export function policyConformance(name: string, make: () => Promise<PolicyUnderTest>): void {
  describe(`${name} as a policy`, () => {
    let under: PolicyUnderTest
    beforeEach(async () => {
      under = await make()
    })
    afterEach(async () => under.close?.())

    const judge = (question: PolicyQuestion, policy = under.policy) => {
      const failures: unknown[] = []
      const watch = { answered: () => undefined, failed: (_: string, error: unknown) => failures.push(error) }
      return new PolicyChain([policy], watch, 60_000).judge(question).then((judged) => ({ ...judged, failures }))
    }

    it.each(['offer', 'accept'] as const)('allows what it allows, and denies what it denies, on %s', async (moment) => {
      const allowed = await judge(asked(under.allowed, { moment }))
      expect(allowed).toMatchObject({ request: under.allowed, messages: [], failures: [] })
      const denied = await judge(asked(under.denied, { moment }))
      expect(denied).toMatchObject({ request: undefined, failures: [] })
      expect(denied.messages.length).toBeGreaterThan(0)
    })

    it('says its name with every reason, in words of the catalogue', async () => {
      const { messages } = await judge(asked(under.denied))
      for (const { name: kind, level, text } of messages) {
        expect(Object.keys(MESSAGES)).toContain(kind)
        expect(level).toBe('ERROR')
        expect(text).toContain(under.policy.name)
        expect(text).not.toContain('${')
      }
    })

    it('answers the same when it is asked again, and changes nothing of what it is asked', async () => {
      const question = frozen(asked(under.denied))
      const [first, second] = [await judge(question), await judge(question)]
      expect(second.messages).toEqual(first.messages)
      const both = await Promise.all([judge(frozen(asked(under.allowed))), judge(frozen(asked(under.denied)))])
      expect(both.map(({ request }) => request !== undefined)).toEqual([true, false])
    })

    it('makes smaller what it does not allow whole, and allows what is so small', async ({ skip }) => {
      if (!under.capped) return skip('it makes nothing smaller')
      const smaller = await judge(frozen(asked(under.capped)))
      expect(smaller.request).toBeDefined()
      expect(smaller.request).not.toEqual(under.capped)
      expect(smaller.messages.map(({ level }) => level)).not.toContain('ERROR')
      const again = await judge(asked(smaller.request as ExecutionRequest, { moment: 'accept' }))
      expect(again.request).toEqual(smaller.request)
      return undefined
    })

    it('is not asked about those whom it is not for', async () => {
      const members = forThose({ groups: ['radio'] }, under.policy)
      expect((await judge(asked(under.denied), members)).request).toEqual(under.denied)
      expect((await judge(asked(under.denied, { groups: ['radio'] }), members)).request).toBeUndefined()
      const others = forThose({ notGroups: ['radio'] }, under.policy)
      expect((await judge(asked(under.denied, { groups: ['radio'] }), others)).request).toEqual(under.denied)
    })

    it('denies when it fails, and says so to the operator alone', async ({ skip }) => {
      if (!under.break) return skip('it asks nobody, so it cannot fail')
      await under.break()
      const { request, messages, failures } = await judge(asked(under.allowed))
      expect(request).toBeUndefined()
      expect(messages.map(({ name: kind }) => kind)).toEqual(['policy-failed'])
      expect(failures).toHaveLength(1)
      return undefined
    })

    it('gives up when it is told to', async ({ skip }) => {
      if (!under.break) return skip('it asks nobody, so it answers at once')
      const signal = AbortSignal.abort(new Error('as the test wants it'))
      await expect((async () => under.policy.evaluate(asked(under.allowed), signal))()).rejects.toThrow()
      return undefined
    })
  })
}

/** A value that cannot be changed, with everything in it. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) frozen(part)
  return value
}
