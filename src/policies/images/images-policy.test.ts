import { describe, expect, it } from 'vitest'
import { asked, imageRequest } from '../../../test/support/policies.ts'
import { BrokerError } from '../../domain/errors.ts'
import { referenceText } from '../../domain/image-reference.ts'
import { policyConformance } from '../conformance.ts'
import type { Verdict } from '../policy.ts'
import type { ImageRuleConfig } from './image-rule.ts'
import { ImagesPolicy, type ResolveImage } from './images-policy.ts'
import { versionRange } from './version-range.ts'

const A = `sha256:${'a'.repeat(64)}`
const B = `sha256:${'b'.repeat(64)}`
const signal = new AbortController().signal

const policy = (allow: ImageRuleConfig[], deny: ImageRuleConfig[] = [], resolve?: ResolveImage) =>
  new ImagesPolicy({ name: 'images', allow, deny, resolve })
const verdict = (of: ImagesPolicy, locations: string[], digest?: string, moment: 'offer' | 'accept' = 'offer') =>
  of.evaluate(asked(imageRequest(locations, digest), { moment }), signal)
const decision = async (...args: Parameters<typeof verdict>) => (await verdict(...args)).decision
const reasonsOf = (given: Verdict) =>
  given.decision === 'deny' ? given.messages.map(({ text }) => text).join(' ') : ''

policyConformance('the white list of images', async () => ({
  policy: policy([{ registry: 'registry.example.org', project: 'radio' }]),
  allowed: imageRequest(['registry.example.org/radio/imager:1.2']),
  denied: imageRequest(['registry.example.org/optical/imager:1.2']),
  capped: imageRequest(['elsewhere.example.org/x:1', 'registry.example.org/radio/imager:1.2']),
}))

let moving = A
policyConformance('the white list of images with their digests', async () => {
  let away = false
  const resolve: ResolveImage = async (reference, stop) => {
    stop.throwIfAborted()
    if (away) throw new BrokerError('UNAVAILABLE', 'The registry does not answer.')
    if (reference.repository.endsWith('/missing')) throw new BrokerError('IMAGE_UNAVAILABLE', 'there is none')
    return A
  }
  return {
    policy: policy([{ registry: 'registry.example.org', project: 'radio', tag: '*' }], [], resolve),
    allowed: imageRequest(['registry.example.org/radio/imager:1.2'], A),
    denied: imageRequest(['registry.example.org/radio/missing:1']),
    capped: imageRequest(['registry.example.org/radio/imager:1.2']),
    break: async () => {
      away = true
    },
  }
})

describe('names that only look like those of the white list', () => {
  const site = policy([{ registry: 'images.example.org', project: 'radio' }])
  it.each([
    'images.example.org.evil.example/radio/imager:1',
    'images.example.org:5000/radio/imager:1',
    'evil.example/images.example.org/radio/imager:1',
    'images.example.orgs/radio/imager:1',
    'ximages.example.org/radio/imager:1',
    'images.example.org/radio-evil/imager:1',
    'images.example.org/radi/o/imager:1',
    'images.example.org/optical/radio/imager:1',
    'images.example.org/radio:1',
    'images.example.org/radio/../evil/imager:1',
    'images.example.org/radio%2Fimager:1',
    'images.example.org@evil.example/radio/imager:1',
    'https://images.example.org/radio/imager:1',
    'radio/imager:1',
    'imager',
    '',
  ])('%s is refused', async (location) => {
    expect(await decision(site, [location])).toBe('deny')
  })
  it.each(['images.example.org/radio/imager', 'IMAGES.example.org/radio/imager:1', 'images.example.org/radio/a/b/c:x'])(
    '%s is what is meant',
    async (location) => {
      expect(await decision(site, [location])).toBe('allow')
    },
  )
  it('a short name is one of Docker Hub', async () => {
    const hub = policy([{ registry: 'docker.io', project: 'library', repository: 'busybox' }])
    for (const name of ['busybox', 'docker.io/busybox:1', 'library/busybox', 'index.docker.io/library/busybox'])
      expect(await decision(hub, [name]), name).toBe('allow')
    for (const name of ['busybox-evil', 'evil/busybox', 'localhost/busybox'])
      expect(await decision(hub, [name]), name).toBe('deny')
  })
})

describe('tags', () => {
  it.each([
    [{ tag: '1.*' }, '1.2', 'allow'],
    [{ tag: '1.*' }, '11.2', 'deny'],
    [{ tag: '1.*' }, 'x1.2', 'deny'],
    [{ tag: '1.?' }, '1.2', 'deny'],
    [{ versions: '>=1.2 <2' }, '1.10', 'allow'],
    [{ versions: '>=1.2 <2' }, 'v1.2.0', 'allow'],
    [{ versions: '>=1.2 <2' }, '1.1.9', 'deny'],
    [{ versions: '>=1.2 <2' }, '2', 'deny'],
    [{ versions: '>=1.2 <2' }, '1.5-rc1', 'deny'],
    [{ versions: '>=1.2 <2' }, 'latest', 'deny'],
  ])('%j and %s: %s', async (rule, tag, expected) => {
    expect(await decision(policy([rule]), [`registry.example.org/radio/imager:${tag}`])).toBe(expected)
  })
  it('are not believed beside a digest that nobody has compared with them', async () => {
    const site = policy([{ tag: '1.*' }])
    const given = await verdict(site, [`registry.example.org/radio/imager:1.2@${B}`])
    expect(reasonsOf(given)).toMatch(/whether its digest is the one of its tag is not known/)
    expect(await decision(site, ['registry.example.org/radio/imager:1.2'], B)).toBe('deny')
    expect(await decision(site, [`registry.example.org/radio/imager@${B}`])).toBe('deny')
  })
})

describe('digests', () => {
  const site = policy([{ project: 'radio', digest: A }])
  it('are compared whole', async () => {
    expect(await decision(site, [`registry.example.org/radio/imager@${A}`])).toBe('cap')
    expect(await decision(site, ['registry.example.org/radio/imager:1'], A)).toBe('allow')
    expect(await decision(site, ['registry.example.org/radio/imager:1'], B)).toBe('deny')
    expect(await decision(site, ['registry.example.org/radio/imager:1'], A.slice(0, 20))).toBe('deny')
    expect(await decision(site, [`registry.example.org/radio/imager@${B}`], A)).toBe('deny')
    expect(reasonsOf(await verdict(site, ['registry.example.org/radio/imager:1']))).toMatch(/its digest is not given/)
  })
})

describe('a tag whose image the registry was asked for', () => {
  const asks: string[] = []
  const resolve: ResolveImage = async (reference) => {
    asks.push(referenceText(reference))
    return moving
  }
  const site = policy([{ registry: 'registry.example.org', tag: '1.*' }], [{ digest: B }], resolve)
  const location = 'registry.example.org/radio/imager:1.2'

  it('is run as that image, also when the tag is moved before it is accepted', async () => {
    moving = A
    expect(await verdict(site, [location])).toEqual({
      decision: 'cap',
      cap: { image: { locations: [location], digest: A } },
    })
    moving = B
    expect(await decision(site, [location], A, 'accept')).toBe('allow')
  })
  it('that was moved to an image that is excepted is refused', async () => {
    moving = B
    expect(reasonsOf(await verdict(site, [location]))).toMatch(/excepted/)
  })
  it('is refused with the digest of another one', async () => {
    moving = A
    expect(reasonsOf(await verdict(site, [location], B))).toMatch(/its tag means sha256:a+ and not the digest/)
  })
  it('is not asked for at registries that are not on the list', async () => {
    asks.length = 0
    expect(await decision(site, ['evil.example.org/radio/imager:1.2'])).toBe('deny')
    expect(asks).toEqual([])
  })
  it('goes with other locations only where they have the same image', async () => {
    const mirrors: ResolveImage = async ({ repository }) => (repository.startsWith('b.') ? B : A)
    const all = policy([{ repository: '*' }], [], mirrors)
    const given = await verdict(all, ['a.example.org/p/x:1', 'b.example.org/p/x:1', 'c.example.org/p/x:1'])
    expect(given).toMatchObject({
      cap: { image: { locations: ['a.example.org/p/x:1', 'c.example.org/p/x:1'], digest: A } },
    })
  })
})

describe('rules that cannot be understood', () => {
  it.each([
    [{ digest: 'sha256:1234' }, /images\.allow\.0\.digest is not a whole digest/],
    [{ versions: 'about 2' }, /images\.allow\.0\.versions is not a range/],
    [{ registry: 'https://registry.example.org' }, /images\.allow\.0\.registry is not a host/],
  ])('%j', (rule, said) => {
    expect(() => policy([rule])).toThrow(said)
  })
})

describe('a range of versions', () => {
  it.each(['', '>', '1.2.3.4.5', '>=1 || <0', '^1', '1.x'])("'%s' is none", (text) => {
    expect(versionRange(text)).toBeUndefined()
  })
  it('takes what is left out for zero', () => {
    expect(versionRange('=1.2')?.('1.2.0')).toBe(true)
  })
})

describe('images that may be run as privileged', () => {
  const rules = {
    name: 'images',
    allow: [{ registry: 'registry.example.org' }],
    deny: [],
    resolve: async () => A,
  }
  const asPrivileged = (of: ImagesPolicy, location: string, digest?: string) => {
    const request = imageRequest([location], digest)
    return of.evaluate(asked({ ...request, executable: { ...request.executable, privileged: true } }), signal)
  }
  const judged = async (privileged: ImageRuleConfig[] | undefined, location: string, digest?: string) =>
    asPrivileged(new ImagesPolicy({ ...rules, privileged }), location, digest)
  const plain = 'registry.example.org/radio/imager:1'

  it.each<[string, ImageRuleConfig[] | undefined]>([
    ['all, where nothing is said', undefined],
    ['of a project', [{ project: 'radio' }]],
    ['of a tag', [{ tag: '1' }]],
    ['of a digest', [{ digest: A }]],
  ])('are those of the rules: %s', async (_, privileged) => {
    expect(reasonsOf(await judged(privileged, plain))).toBe('')
  })
  it.each<[string, ImageRuleConfig[]]>([
    ['none', []],
    ['another project', [{ project: 'optical' }]],
    ['another tag', [{ tag: '2' }]],
    ['another digest', [{ digest: B }]],
  ])('are no others: %s', async (_, privileged) => {
    const given = await judged(privileged, plain)
    expect(given).toMatchObject({ decision: 'deny', messages: [{ values: { pointer: '/executable/privileged' } }] })
  })
  it('are not those that only bear the tag of one beside another digest', async () => {
    expect(reasonsOf(await judged([{ tag: '1' }], plain, B))).toMatch(/its tag means/)
  })
  it('is no matter for what is not privileged', async () => {
    const strict = new ImagesPolicy({ ...rules, privileged: [] })
    expect(reasonsOf(await verdict(strict, [plain]))).toBe('')
  })
})
