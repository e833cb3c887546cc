/** Attacks on the memory of a broker, and on other services through it, by answers of theirs that it keeps. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Agent } from 'undici'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Account } from '../../src/domain/account.ts'
import { RecentMap } from '../../src/domain/recent-map.ts'
import { GmsGroups } from '../../src/identity/gms/gms-groups.ts'
import { Issuer } from '../../src/identity/oidc/issuer.ts'
import { OidcIdentity } from '../../src/identity/oidc/oidc-identity.ts'
import { HarborClient } from '../../src/policies/harbor/harbor-client.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { startGroupService } from '../support/group-service.ts'
import { startHarbor } from '../support/harbor.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

vi.setConfig({ testTimeout: 120_000 })

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const heapMegabytes = () => {
  collectGarbage()
  return process.memoryUsage().heapUsed / 1_048_576
}
/** So much of an answer is of no use. */
const PADDING = 'x'.repeat(450_000)
const TOKENS = 50
const KEPT_MEGABYTES_MAX = 15

const agent = new Agent()
afterAll(() => agent.close())
const clock = new FakeClock(Date.now())
const account = { id: 'a1', username: 'ada', roles: ['user'], groups: [] } as unknown as Account

describe('opaque tokens', () => {
  let provider: TokenIssuer
  let identity: OidcIdentity
  beforeEach(async () => {
    provider = await tokenIssuer()
    const client = { clientId: 'broker', clientSecret: 'a secret' }
    const config = {
      ...{ issuer: provider.issuer, audience: [AUDIENCE], algorithms: ['ES256'] },
      ...{ usernameClaim: 'preferred_username', groupsClaim: 'groups', operatorGroups: [], adminGroups: [] },
      ...{ introspection: client, exchange: undefined },
    }
    const issuers = [new Issuer(config, clock)]
    identity = new OidcIdentity({ clock, realm: 'broker', issuers, provision: async () => account })
  })
  afterEach(() => provider.close())
  const identify = (token: string, address: string) =>
    identity.identify({ headers: { authorization: `Bearer ${token}` }, peer: address, address }).then(
      (caller) => caller?.groups ?? 'nobody',
      (error: { code: string }) => error.code,
    )
  const asked = () => provider.asked.get('/introspect') ?? 0

  it('of which issuers say much do not fill the memory', async () => {
    for (let index = 0; index < TOKENS; index++) {
      const isGood = index % 2 === 0
      const groups = [`a-group-with-a-long-name-${index}`]
      const said = isGood ? { active: true, sub: 'ada', groups: [...groups, PADDING] } : { active: false }
      provider.opaque.set(`token-${index}`, { padding: PADDING, ...said })
    }
    await identify('to begin with', '192.0.2.1')
    const before = heapMegabytes()
    for (let index = 0; index < TOKENS; index++) await identify(`token-${index}`, `198.51.100.${index}`)
    expect(heapMegabytes() - before).toBeLessThan(KEPT_MEGABYTES_MAX)
    expect(await identify('token-2', '192.0.2.1')).toEqual(['a-group-with-a-long-name-2'])
  })
  it('that strangers make up are not asked about without end', async () => {
    provider.opaque.set('good', { active: true, sub: 'ada' })
    provider.opaque.set('another', { active: true, sub: 'ada' })
    expect(await identify('good', '2001:db8:1:5::1')).toEqual([])
    const answers: string[] = []
    for (let index = 0; index < 100; index++)
      answers.push(String(await identify(`made up ${index}`.replaceAll(' ', '-'), `2001:db8:1:${index}::1`)))
    expect(answers.filter((one) => one === 'TOO_MANY_REQUESTS')).toHaveLength(40)
    expect(asked()).toBe(61)
    clock.advance(61_000 / 60 / 2)
    expect(await identify('good', '2001:db8:1:5::1'), 'what was good before').toEqual([])
    expect(await identify('another', '2001:db8:2::1'), 'from another site').toEqual([])
    clock.advance(61_000)
    expect(await identify('good', '2001:db8:1:5::1'), 'asked about again').toEqual([])
    expect(await identify('made-up-99', '2001:db8:1::1'), 'a minute later').toBe('UNAUTHENTICATED')
  })
  it('that are good do not count, however many', async () => {
    for (let index = 0; index < 70; index++) provider.opaque.set(`good-${index}`, { active: true, sub: 'ada' })
    for (let index = 0; index < 70; index++) expect(await identify(`good-${index}`, '192.0.2.1')).toEqual([])
  })
  it('with more groups than are taken let nobody in', async () => {
    const groups = Array.from({ length: 20_000 }, (_, index) => `group-${index}`)
    provider.opaque.set('many', { active: true, sub: 'ada', groups })
    expect(await identify('many', '192.0.2.1')).toBe('UNAUTHENTICATED')
  })
})

describe('answers about groups and images', () => {
  it('of a group service do not fill the memory, and too many groups are none', async () => {
    const service = await startGroupService()
    const options = { url: service.url, answerWithinMs: 60_000, cacheMs: 60_000, whenAwayMs: 0, clock }
    const told = ['wanted-group-1', ...Array.from({ length: 20_000 }, (_, index) => `another-group-of-them-${index}`)]
    const wanted = new GmsGroups({
      ...options,
      ...{ groups: ['wanted-group-1'], tokenFor: async () => 'ada', dispatcher: agent },
    })
    // It tells more than it was asked for.
    service.members.set('ada', Object.assign([...told], { filter: () => told }))
    await wanted.of('to begin with')
    const before = heapMegabytes()
    for (let index = 0; index < TOKENS; index++) expect(await wanted.of(`${index}`)).toEqual(['wanted-group-1'])
    expect(heapMegabytes() - before).toBeLessThan(KEPT_MEGABYTES_MAX)
    const all = new GmsGroups({ ...options, groups: undefined, tokenFor: async () => 'ada', dispatcher: agent })
    await expect(all.of('ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await service.close()
  })
  it('of a Harbor with endless labels are none', async () => {
    const harbor = await startHarbor()
    harbor.projects.set('radio', true)
    const digest = `sha256:${'a'.repeat(64)}`
    const artifactWith = (labels: string[]) => {
      harbor.images.set('radio/imager:1', { digest, labels })
      const options = { credentials: undefined, answerWithinMs: 60_000, cacheMs: 0, whenAwayMs: 0, clock, agent }
      return new HarborClient({ url: harbor.url, ...options }).artifact('radio', 'imager', '1', AbortSignal.any([]))
    }
    expect(await artifactWith(['checked'])).toMatchObject({ labels: ['checked'] })
    await expect(artifactWith(['x'.repeat(100_000)])).rejects.toThrow('can be kept')
    await expect(artifactWith(Array<string>(10_000).fill('one'))).rejects.toThrow('can be kept')
    await harbor.close()
  })
  it('leave when they are over', () => {
    let now = 0
    const kept = new RecentMap<string, number>(10, (until) => until <= now)
    kept.set('one', 1)
    kept.set('two', 5)
    now = 2
    kept.set('three', 9)
    expect([kept.get('one'), kept.get('two'), kept.get('three')]).toEqual([undefined, 5, 9])
  })
})
