import { Agent } from 'undici'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { startHarbor, type HarborServer } from '../../../test/support/harbor.ts'
import { asked, imageRequest } from '../../../test/support/policies.ts'
import { systemClock } from '../../system-clock.ts'
import { policyConformance } from '../conformance.ts'
import type { Verdict } from '../policy.ts'
import { HarborClient, type HarborClientOptions } from './harbor-client.ts'
import { HarborPolicy, type HarborPolicyOptions } from './harbor-policy.ts'

const A = `sha256:${'a'.repeat(64)}`
const B = `sha256:${'b'.repeat(64)}`
const REGISTRY = 'harbor.example.org'
const agent = new Agent()
afterAll(() => agent.close())
const signal = new AbortController().signal

function policyOn(
  harbor: HarborServer,
  rules: Partial<HarborPolicyOptions> = {},
  asking: Partial<HarborClientOptions> = {},
): HarborPolicy {
  const client = new HarborClient({
    url: harbor.url,
    credentials: undefined,
    answerWithinMs: 60_000,
    cacheMs: 0,
    whenAwayMs: 0,
    clock: systemClock,
    agent,
    ...asking,
  })
  return new HarborPolicy({
    name: 'harbor',
    registry: REGISTRY,
    client,
    projects: undefined,
    publicOnly: false,
    labels: undefined,
    signed: false,
    severity: undefined,
    ...rules,
  })
}
const image = (name: string) => `${REGISTRY}/${name}`
const judge = (policy: HarborPolicy, name: string, digest?: string) =>
  policy.evaluate(asked(imageRequest([image(name)], digest)), signal)
const reasonOf = (verdict: Verdict) => (verdict.decision === 'deny' ? verdict.messages[0].text : verdict.decision)

policyConformance('a Harbor', async () => {
  const harbor = await startHarbor()
  harbor.projects.set('radio', true)
  harbor.images.set('radio/imager:1.2', { digest: A })
  return {
    policy: policyOn(harbor),
    allowed: imageRequest([image('radio/imager:1.2')], A),
    denied: imageRequest([image('radio/other:1')]),
    capped: imageRequest([image('radio/imager:1.2')]),
    break: async () => {
      harbor.fault = 'broken'
    },
    close: () => harbor.close(),
  }
})

describe('a Harbor', () => {
  let harbor: HarborServer
  beforeEach(async () => {
    harbor = await startHarbor()
    harbor.projects.set('radio', true)
    harbor.images.set('radio/imager:1.2', { digest: A })
  })
  afterEach(() => harbor.close())

  it('pins the image that it speaks of', async () => {
    expect(await judge(policyOn(harbor), 'radio/imager:1.2')).toEqual({
      decision: 'cap',
      cap: { image: { locations: [image('radio/imager:1.2')], digest: A } },
    })
    expect(await judge(policyOn(harbor), 'radio/imager:1.2', A)).toEqual({ decision: 'allow' })
    expect(reasonOf(await judge(policyOn(harbor), 'radio/imager:1.2', B))).toContain('has no such image')
  })
  it('is asked for repositories with slashes in their names as it wants to be', async () => {
    harbor.images.set('radio/tools/deep/imager:1', { digest: B })
    expect(await judge(policyOn(harbor), 'radio/tools/deep/imager:1')).toMatchObject({ cap: { image: { digest: B } } })
    expect(harbor.asked[0]?.path).toContain('/projects/radio/repositories/tools%252Fdeep%252Fimager/artifacts/1?')
  })
  it.each([
    ['harbor.example.org.evil.example/radio/imager:1.2', 'it is not at harbor.example.org'],
    ['evil.example/harbor.example.org/radio/imager:1.2', 'it is not at harbor.example.org'],
    ['harbor.example.org/radio-evil/imager:1.2', 'its project is not allowed'],
    ['harbor.example.org/imager:1.2', 'its project is not allowed'],
    ['harbor.example.org/radio/../x/imager:1.2', 'it is not a reference to an image'],
  ])('does not take %s for one of its own', async (location, reason) => {
    const verdict = await policyOn(harbor, { projects: ['radio'] }).evaluate(asked(imageRequest([location])), signal)
    expect(reasonOf(verdict)).toContain(reason)
    expect(harbor.asked).toEqual([])
  })
  it('says which projects are public', async () => {
    const policy = policyOn(harbor, { publicOnly: true })
    for (let number = 0; number < 150; number++) harbor.projects.set(`aradio${number}`, true)
    harbor.projects.delete('radio')
    harbor.projects.set('radio', true)
    expect((await judge(policy, 'radio/imager:1.2')).decision).toBe('cap')
    harbor.projects.set('radio', false)
    expect(reasonOf(await judge(policy, 'radio/imager:1.2'))).toContain('its project is not public')
  })
  it('shows what is not public to its robot account only', async () => {
    harbor.projects.set('radio', false)
    harbor.robot = { username: 'robot$broker', password: 'secret' }
    expect(reasonOf(await judge(policyOn(harbor), 'radio/imager:1.2'))).toContain('shows to this broker')
    expect((await judge(policyOn(harbor, {}, { credentials: harbor.robot }), 'radio/imager:1.2')).decision).toBe('cap')
    const wrong = policyOn(harbor, {}, { credentials: { username: 'robot$broker', password: 'wrong' } })
    await expect(judge(wrong, 'radio/imager:1.2')).rejects.toThrow('it answered 401')
  })
  it.each([
    [{ labels: ['headless'] }, { labels: ['notebook'] }, 'it has none of the labels headless there'],
    [{ labels: ['headless', 'batch'] }, { labels: ['batch'] }, 'cap'],
    [{ signed: true }, {}, 'it is not signed there'],
    [{ signed: true }, { accessories: ['sbom.harbor'] }, 'it is not signed there'],
    [{ signed: true }, { accessories: ['signature.cosign'] }, 'cap'],
    [{ severity: 'medium' as const }, {}, 'it has not been scanned there'],
    [{ severity: 'medium' as const }, { scan: { status: 'Error', severity: 'Low' } }, 'it has not been scanned there'],
    [{ severity: 'medium' as const }, { scan: { status: 'Success', severity: 'High' } }, 'worse than medium: High'],
    [{ severity: 'medium' as const }, { scan: { status: 'Success', severity: 'Strange' } }, 'worse than medium'],
    [{ severity: 'medium' as const }, { scan: { status: 'Success', severity: 'Medium' } }, 'cap'],
  ])('is believed in what it says of an image: %j %j: %s', async (rules, found, said) => {
    harbor.images.set('radio/imager:1.2', { digest: A, ...found })
    expect(reasonOf(await judge(policyOn(harbor, rules), 'radio/imager:1.2'))).toContain(said)
  })
  it('is asked once for what several want to know, and again when the answer is old', async () => {
    const clock = new FakeClock(0)
    const policy = policyOn(harbor, {}, { cacheMs: 60_000, clock })
    await Promise.all([judge(policy, 'radio/imager:1.2'), judge(policy, 'radio/imager:1.2')])
    expect(harbor.asked).toHaveLength(1)
    clock.advance(60_000)
    harbor.images.set('radio/imager:1.2', { digest: B })
    expect(await judge(policy, 'radio/imager:1.2')).toMatchObject({ cap: { image: { digest: B } } })
  })
  it.each(['broken', 'nonsense', 'huge', 'refuses'] as const)('that is %s lets nothing through', async (fault) => {
    harbor.fault = fault
    await expect(
      judge(policyOn(harbor, {}, { credentials: { username: 'r', password: 'p' } }), 'radio/imager:1.2'),
    ).rejects.toThrow()
  })
  it('that does not answer is not waited for', async () => {
    harbor.fault = 'silent'
    await expect(judge(policyOn(harbor, {}, { answerWithinMs: 50 }), 'radio/imager:1.2')).rejects.toThrow()
  })
  it('that is away is taken at its last word, for as long as the site allows', async () => {
    const clock = new FakeClock(0)
    const policy = policyOn(harbor, {}, { cacheMs: 60_000, whenAwayMs: 3_600_000, clock })
    await judge(policy, 'radio/imager:1.2')
    harbor.fault = 'broken'
    clock.advance(3_599_000)
    expect(await judge(policy, 'radio/imager:1.2')).toMatchObject({ cap: { image: { digest: A } } })
    await expect(judge(policy, 'radio/new:1')).rejects.toThrow('it answered 500')
    clock.advance(1_000)
    await expect(judge(policy, 'radio/imager:1.2')).rejects.toThrow('it answered 500')
  })
})
