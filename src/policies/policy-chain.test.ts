import { describe, expect, it } from 'vitest'
import { asked, imageRequest, smallRequest } from '../../test/support/policies.ts'
import { message } from '../domain/message.ts'
import { appliesTo } from './applies-to.ts'
import { PolicyChain } from './policy-chain.ts'
import { ALLOW, denyFor, type Cap, type Policy, type Verdict } from './policy.ts'

const told: string[] = []
const watch = {
  answered: (policy: string, _: unknown, decision: string) => void told.push(`${policy}: ${decision}`),
  failed: (policy: string, error: unknown) => void told.push(`${policy}: ${(error as Error).message}`),
}
const saying = (name: string, verdict: Verdict): Policy => ({ name, evaluate: () => verdict })
const capping = (name: string, cap: Cap) => saying(name, { decision: 'cap', cap })
const denying = (name: string) => saying(name, denyFor([message('policy-denied', 0, { reason: 'no', policy: name })]))
const chain = (...policies: Policy[]) => new PolicyChain(policies, watch, 60_000)
const large = smallRequest({
  compute: { cores: { min: 2, max: 64 }, memory: { min: 1, max: 8 }, volumes: [] },
  storage: [
    { size: { min: 1, max: 10 }, implied: false },
    { size: { min: 2, max: 10 }, implied: false },
  ],
})

describe('several policies', () => {
  it('all have to allow', async () => {
    expect((await chain(saying('a', ALLOW), saying('b', ALLOW)).judge(asked(large))).request).toBe(large)
    expect((await chain(saying('a', ALLOW), denying('b')).judge(asked(large))).request).toBeUndefined()
  })
  it('tell all of their reasons', async () => {
    const { messages } = await chain(denying('a'), capping('b', { amounts: { cores: 1 } }), denying('c')).judge(
      asked(large),
    )
    expect(messages.map(({ values }) => values.policy)).toEqual(['a', 'c', 'b'])
  })
  it('make a request as small as the smallest of their caps', async () => {
    const { request, messages } = await chain(
      capping('a', { amounts: { cores: 16, memory: 100 } }),
      capping('b', { amounts: { cores: 8, storage: 9 } }),
    ).judge(asked(large))
    expect(request?.compute.cores).toEqual({ min: 2, max: 8 })
    expect(request?.compute.memory).toEqual({ min: 1, max: 8 })
    expect(request?.storage.map(({ size }) => size.max)).toEqual([7, 2])
    expect(messages.map(({ text }) => text)).toEqual([
      '/compute/cores/max asks for up to 64 cores; offers go up to the 8 that the policies allow.',
      '/storage asks for up to 20 GiB of storage; offers go up to the 9 that the policies allow.',
    ])
  })
  it('deny what needs more than a cap', async () => {
    const { request, messages } = await chain(capping('small', { amounts: { storage: 2 } })).judge(asked(large))
    expect(request).toBeUndefined()
    expect(messages[0]?.text).toBe('/storage asks for at least 3 GiB of storage, and the policy small allows 2.')
  })
  it('have to agree on the image', async () => {
    const request = imageRequest(['a/x:1', 'b/x:1', 'c/x:1'])
    const some = await chain(
      capping('one', { image: { locations: ['a/x:1', 'b/x:1'] } }),
      capping('two', { image: { locations: ['b/x:1', 'c/x:1'], digest: 'sha256:d' } }),
    ).judge(asked(request))
    expect(some.request?.executable.image).toMatchObject({ locations: ['b/x:1'], digest: 'sha256:d' })
    const none = await chain(
      capping('one', { image: { locations: ['a/x:1'] } }),
      capping('two', { image: { locations: ['b/x:1'] } }),
    ).judge(asked(request))
    expect(none.request).toBeUndefined()
  })
  it('cannot make smaller what is accepted', async () => {
    const request = imageRequest(['a/x:1', 'b/x:1'])
    const judged = await chain(capping('one', { image: { locations: ['a/x:1'] } })).judge(
      asked(request, { moment: 'accept' }),
    )
    expect(judged.request).toBeUndefined()
    expect(judged.messages[0]?.text).toMatch(/the rules have changed since it was offered/)
  })
})

describe('a policy that fails', () => {
  it('denies, beside what the others say, and the operator is told', async () => {
    told.length = 0
    const broken: Policy = {
      name: 'broken',
      evaluate: () => {
        throw new Error('it is broken')
      },
    }
    const { request, messages } = await chain(broken, denying('a')).judge(asked(large))
    expect(request).toBeUndefined()
    expect(messages.map(({ name }) => name)).toEqual(['policy-failed', 'policy-denied'])
    expect(messages[0]?.text).not.toContain('it is broken')
    expect(told).toContain('broken: it is broken')
    expect(told).toContain('broken: deny')
  })
  it('denies when it does not answer, without its doing', async () => {
    const silent: Policy = { name: 'silent', evaluate: () => new Promise(() => undefined) }
    const { messages } = await new PolicyChain([silent], watch, 1).judge(asked(large))
    expect(messages.map(({ name }) => name)).toEqual(['policy-failed'])
  })
})

describe('whom a policy is for', () => {
  const ada = asked(large, { username: 'ada', groups: ['radio'] })
  it.each([
    [{}, true],
    [{ users: ['ada'] }, true],
    [{ users: ['ADA'] }, true],
    [{ users: ['ada@sso'] }, false],
    [{ users: ['bob'] }, false],
    [{ groups: ['radio'] }, true],
    [{ groups: ['radio-admins'] }, false],
    [{ users: ['bob'], groups: ['radio'] }, true],
    [{ notGroups: ['radio'] }, false],
    [{ users: ['ada'], notGroups: ['radio'] }, false],
    [{ kinds: ['docker-container'] }, true],
    [{ kinds: ['jupyter-notebook'] }, false],
  ])('%j is for her: %s', (whom, expected) => {
    expect(appliesTo(whom, ada)).toBe(expected)
  })
  it('is nobody by the name that nobody has', () => {
    expect(appliesTo({ users: ['ada'] }, { ...ada, caller: { ...ada.caller, username: undefined } })).toBe(false)
  })
})
