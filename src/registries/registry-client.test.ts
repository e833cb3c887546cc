import { Agent } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { registryMissing, TestRegistry, type PushedImage } from '../../test/support/registry.ts'
import { startRegistryFront, type RegistryFront } from '../../test/support/registry-front.ts'
import { AddressGuard } from '../data/address-guard.ts'
import { guardedAgent } from '../data/guarded-agent.ts'
import { challengeOf, tokenUrl } from './challenge.ts'
import type { KnownRegistry } from './known-registry.ts'
import { RegistryClient } from './registry-client.ts'

const signal = new AbortController().signal
const agent = new Agent()
const guarded = guardedAgent({
  guard: new AddressGuard({ allowedNetworks: [] }),
  connectTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
})
afterAll(() => Promise.all([agent.close(), guarded.close()]))

describe.skipIf(registryMissing)('a registry', () => {
  let registry: TestRegistry
  let front: RegistryFront
  let image: PushedImage
  let clock: FakeClock
  beforeAll(async () => {
    registry = await TestRegistry.start()
    image = await registry.push('radio/imager', '1.2', Buffer.from('a layer'))
  })
  afterAll(() => registry.close())
  beforeEach(async () => {
    front = await startRegistryFront(registry.host)
    clock = new FakeClock()
    return () => front.close()
  })

  const clientOf = (known: Partial<KnownRegistry> = {}, answerWithinMs = 60_000) =>
    new RegistryClient({
      clock,
      registries: [{ host: front.host, plainHttp: true, ...known }],
      agent,
      guardedAgent: guarded,
      answerWithinMs,
    })
  const imager = (tag: string) => ({ repository: `${front.host}/radio/imager`, tag })

  it('is asked for the digest of a tag, with a token when it wants one', async () => {
    expect(await clientOf().resolve(imager('1.2'), signal)).toBe(image.digest)
    expect(front.asked).toEqual([
      'HEAD /v2/radio/imager/manifests/1.2',
      'GET /token',
      'HEAD /v2/radio/imager/manifests/1.2',
    ])
  })
  it('is asked for the index of an image for several architectures', async () => {
    const index = await registry.pushIndex('radio/imager', 'all', { amd64: image })
    expect(await clientOf().resolve(imager('all'), signal)).toBe(index)
  })
  it('is asked once by many, and again after a minute, when a tag has moved', async () => {
    const client = clientOf()
    await registry.push('radio/imager', 'moving', Buffer.from('before'))
    const all = await Promise.all(Array.from({ length: 20 }, () => client.resolve(imager('moving'), signal)))
    expect(new Set(all).size).toBe(1)
    expect(front.asked).toHaveLength(3)
    const { digest } = await registry.push('radio/imager', 'moving', Buffer.from('after'))
    expect(await client.resolve(imager('moving'), signal)).toBe(all[0])
    clock.advance(60_000)
    expect(await client.resolve(imager('moving'), signal)).toBe(digest)
    // The token was still good.
    expect(front.asked).toHaveLength(4)
  })
  it('gets a new token when it does not know the old one any more', async () => {
    const client = clientOf()
    await client.resolve(imager('1.2'), signal)
    front.forgetTokens()
    clock.advance(60_000)
    expect(await client.resolve(imager('1.2'), signal)).toBe(image.digest)
  })
  it('that does not tell the digest is asked for the manifest', async () => {
    front.fault = 'no-digest'
    expect(await clientOf().resolve(imager('1.2'), signal)).toBe(image.digest)
  })
  it.each(['bearer', 'basic'] as const)(
    'that asks for a name and a password gets what is configured (%s)',
    async (asks) => {
      front.asks = asks
      front.credentials = { username: 'broker', password: 'secret' }
      expect(await clientOf({ credentials: front.credentials }).resolve(imager('1.2'), signal)).toBe(image.digest)
      await expect(clientOf().resolve(imager('1.2'), signal)).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' })
    },
  )
  it('that has no such image says so', async () => {
    await expect(clientOf().resolve(imager('none'), signal)).rejects.toMatchObject({
      code: 'IMAGE_UNAVAILABLE',
      detail: `the registry ${front.host} has no such image`,
    })
  })
  it.each([
    ['busy', 'UNAVAILABLE', /it answered 429/],
    ['elsewhere', 'UNAVAILABLE', /it answered 307/],
    ['no-token', 'IMAGE_UNAVAILABLE', /gives this broker no token/],
    ['bad-token', 'UNAVAILABLE', /what it gave is no token/],
  ] as const)('that is %s is told as %s', async (fault, code, said) => {
    front.fault = fault
    const failed = await clientOf()
      .resolve(imager('1.2'), signal)
      .catch((error: unknown) => error)
    expect(failed).toMatchObject({ code, detail: expect.stringMatching(said) as string })
  })
  it('whose token is longer than any server takes gives none', async () => {
    front.fault = 'long-token'
    await expect(clientOf().resolve(imager('1.2'), signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      detail: expect.stringMatching(/what it gave is no token/) as string,
    })
  })
  it('that sends without end is left', async () => {
    front.asks = 'nobody'
    front.fault = 'huge'
    await expect(clientOf().resolve(imager('1.2'), signal)).rejects.toMatchObject({
      detail: expect.stringMatching(/too long/) as string,
    })
  })
  it('that is silent is not waited for, and asked again by the next', async () => {
    front.fault = 'silent'
    const client = clientOf({}, 100)
    await expect(client.resolve(imager('1.2'), signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    front.fault = 'none'
    await expect(clientOf().resolve(imager('1.2'), signal)).resolves.toBe(image.digest)
  })
  it('that nobody named is not connected to where the address is not a public one', async () => {
    const failed = await clientOf({ host: 'registry.example.org' })
      .resolve(imager('1.2'), signal)
      .catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
    expect(front.asked).toEqual([])
  })
})

describe('a challenge', () => {
  it('is read with its parameters', () => {
    const challenge = challengeOf(
      'Bearer realm="https://auth.example.org/token",service=registry, scope="a:b:pull,push"',
    )
    expect(challenge).toMatchObject({ scheme: 'bearer', parameters: { service: 'registry', scope: 'a:b:pull,push' } })
    expect(challenge && tokenUrl(challenge, 'repository:x:pull')?.href).toBe(
      'https://auth.example.org/token?service=registry&scope=repository%3Ax%3Apull',
    )
  })
  it.each([undefined, '', '"'])('that is none: %s', (header) => {
    expect(challengeOf(header)).toBeUndefined()
  })
  it('without a place for tokens has none', () => {
    expect(tokenUrl({ scheme: 'bearer', parameters: { realm: 'nowhere' } }, 's')).toBeUndefined()
  })
})
