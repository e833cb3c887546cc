/** Attacks on the white list of images: names that look alike, digests that do not fit, tags that move. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ImagesPolicy, type ResolveImage } from '../../src/policies/images/images-policy.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { asked, imageRequest } from '../support/policies.ts'

const A = `sha256:${'a'.repeat(64)}`
const B = `sha256:${'b'.repeat(64)}`
const GOOD = 'registry.example.org/radio/imager:1.2'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker({
    policies: [
      {
        type: 'images',
        name: 'site',
        resolve: false,
        allow: [
          { registry: 'registry.example.org', project: 'radio', tag: '1.*' },
          { registry: 'registry.example.org', project: 'pinned', digest: A },
          { registry: 'docker.io', project: 'library', repository: 'python' },
        ],
        deny: [{ repository: 'secret-*' }],
      },
    ],
  })
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const offersFor = (image: Schemas['DockerContainer']['image']) => api.offers(containerRequest({ image }))
const imageOf = ({ offers: [offer] = [] }: Schemas['OfferSet']) =>
  (offer?.executable as Schemas['DockerContainer'] | undefined)?.image

describe('an image is not let in because it looks like one of the list:', () => {
  it.each([
    ['a host that goes on', 'registry.example.org.evil.example/radio/imager:1.2'],
    ['a host with another port', 'registry.example.org:444/radio/imager:1.2'],
    ['a host with letters of another script', 'rеgistry.example.org/radio/imager:1.2'],
    ['a host with wide letters', 'ｒegistry.example.org/radio/imager:1.2'],
    ['a host with what is not seen', 'registry.example\u200b.org/radio/imager:1.2'],
    ['a host in the path', 'evil.example/registry.example.org/radio/imager:1.2'],
    ['a host behind a user', 'registry.example.org@evil.example/radio/imager:1.2'],
    ['a scheme', 'docker://registry.example.org/radio/imager:1.2'],
    ['another scheme', 'oci-archive:/tmp/registry.example.org/radio/imager:1.2'],
    ['a project that goes on', 'registry.example.org/radioactive/imager:1.2'],
    ['a project below another', 'registry.example.org/evil/radio/imager:1.2'],
    ['a project in capitals', 'registry.example.org/RADIO/imager:1.2'],
    ['a path that goes up', 'registry.example.org/radio/../evil/imager:1.2'],
    ['a path with an empty part', 'registry.example.org//radio/imager:1.2'],
    ['an encoded slash', 'registry.example.org/radio%2fimager:1.2'],
    ['a backslash', 'registry.example.org\\radio\\imager:1.2'],
    ['two images in one', `${GOOD} evil.example/x:1`],
    ['a query', `evil.example/x:1?${GOOD}`],
    ['a fragment', `evil.example/x:1#${GOOD}`],
    ['a tag that has one of the list in it', 'registry.example.org/radio/imager:x1.2'],
    ['no tag', 'registry.example.org/radio/imager'],
    ['a digest in the place of a tag', `registry.example.org/radio/imager@${B}`],
    ['a digest behind a tag', `${GOOD}@${B}`],
    ['a digest of another kind', `registry.example.org/pinned/imager@sha512:${'a'.repeat(128)}`],
    ['half a digest', `registry.example.org/pinned/imager@sha256:${'a'.repeat(63)}`],
    ['a digest in capitals', `registry.example.org/pinned/imager@SHA256:${'A'.repeat(64)}`],
    ['a digest with something behind it', `registry.example.org/pinned/imager@${A}0`],
    ['two digests', `registry.example.org/pinned/imager@${A}@${B}`],
    ['a short name that goes on', 'python-evil'],
    ['a short name of somebody', 'evil/python'],
    ['a short name of this machine', 'localhost/python'],
    ['what is excepted', 'registry.example.org/radio/secret-tool:1.2'],
    ['an id of an engine', A],
    ['an id of an engine without its kind', 'a'.repeat(64)],
    ['nothing', '/'],
  ])('%s', async (_, location) => {
    const answer = await api.post<Schemas['OfferSet']>(
      '/offersets',
      containerRequest({ image: { locations: [location] } }),
    )
    if (answer.status === 303) expect(answer.body.result).toBe('NO')
    else expect(answer.status).toBe(400)
  })
  it.each([` ${GOOD}`, `${GOOD} `, `${GOOD}\n`, `\t${GOOD}`])('white space round it: %j', async (location) => {
    const answer = await offersFor({ locations: [location] })
    if (answer.result === 'YES') expect(imageOf(answer)?.locations, 'what is run is what was compared').toEqual([GOOD])
  })
  it('while what is meant is let in', async () => {
    expect((await offersFor({ locations: [GOOD] })).result).toBe('YES')
    expect((await offersFor({ locations: ['python'] })).result).toBe('YES')
    expect((await offersFor({ locations: ['registry.example.org/pinned/imager:9'], digest: A })).result).toBe('YES')
  })
})

describe('an image is not let in beside one of the list:', () => {
  it.each([
    ['behind it', [GOOD, 'evil.example/x:1']],
    ['before it', ['evil.example/x:1', GOOD]],
    ['many times', [...Array<string>(10).fill('evil.example/x:1'), GOOD]],
  ])('%s', async (_, locations) => {
    const answer = await offersFor({ locations })
    expect(imageOf(answer)?.locations).toEqual([GOOD])
  })
  it('with a digest that is the other’s', async () => {
    expect((await offersFor({ locations: [GOOD], digest: B })).result).toBe('NO')
    expect((await offersFor({ locations: [`registry.example.org/pinned/imager@${A}`], digest: B })).result).toBe('NO')
  })
  it('in a second executable', async () => {
    const wish = { ...containerRequest({ image: { locations: [GOOD] } }), executables: [containerRequest().executable] }
    const { body } = await api.post<Schemas['OfferSet']>('/offersets', wish)
    expect(JSON.stringify(body.offers ?? [])).not.toContain('example.org/test:1')
  })
  it('in the words of an earlier schema', async () => {
    const wish = {
      executable: { type: KIND.dockerContainer, spec: { image: 'evil.example/x:1' }, image: { locations: [GOOD] } },
    }
    const { body } = await api.post<Schemas['OfferSet']>('/offersets', wish)
    expect(JSON.stringify(body.offers ?? [])).not.toContain('evil.example')
  })
  it('by changing the image of an offer', async () => {
    const { offers: [offer] = [] } = await offersFor({ locations: [GOOD] })
    const { status } = await api.post(`/executions/${offer?.meta.uuid}`, {
      kind: KIND.stringUpdate,
      path: 'executable/image/locations/0',
      value: 'evil.example/x:1',
    })
    expect(status).toBe(422)
  })
})

describe('a tag that moves', () => {
  const signal = new AbortController().signal
  let means = A
  const resolve: ResolveImage = async () => means
  const site = new ImagesPolicy({
    name: 'site',
    allow: [{ project: 'radio', tag: '1.*' }],
    deny: [{ digest: B }],
    resolve,
  })
  const ask = (digest?: string, moment: 'offer' | 'accept' = 'offer') =>
    site.evaluate(asked(imageRequest([GOOD], digest), { moment }), signal)

  it('is the image that it was when the offer was made', async () => {
    means = A
    expect(await ask()).toMatchObject({ decision: 'cap', cap: { image: { digest: A } } })
    means = B
    expect((await ask(A, 'accept')).decision).toBe('allow')
  })
  it('to an image that is excepted is not let in any more', async () => {
    means = B
    expect((await ask()).decision).toBe('deny')
    expect((await ask(B, 'accept')).decision).toBe('deny')
  })
  it('does not make the image let in that it was before', async () => {
    means = A
    expect((await ask(`sha256:${'c'.repeat(64)}`)).decision).toBe('deny')
  })
})
