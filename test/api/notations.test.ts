import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { writeXml } from '../../src/protocol/xml/write-xml.ts'
import { writeYaml } from '../../src/protocol/yaml-writer.ts'
import { Api, containerRequest, UNKNOWN_ID } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const send = <Body>(path: string, body: string, contentType: string, accept: string) =>
  api.send<Body>('POST', path, body, { 'Content-Type': contentType, Accept: accept })
/** What an answer says about the request, without what is new each time. */
const essence = ({ result, offers = [] }: Schemas['OfferSet']) => ({
  result,
  offers: offers.map(({ executable, compute }) => {
    const container = executable as Schemas['DockerContainer']
    const { cores } = compute as Schemas['SimpleComputeResource']
    const { image, command, environment, entrypoint } = container
    return { image, command, environment, entrypoint, cores }
  }),
})

describe('one request in the three notations', () => {
  const request = containerRequest(
    { command: ['YES', ' <&> ', '1'], environment: { 'A.B': '\u001b[1m', C: 'x', EMPTY: '' }, entrypoint: '' },
    { compute: { kind: KIND.simpleCompute, cores: { min: 2, max: 2 } } },
  )
  const texts = {
    'application/json': JSON.stringify(request),
    'application/yaml': writeYaml(request),
    'application/xml': writeXml(request, 'ExecutionRequest'),
  }
  const pairs = Object.keys(texts).flatMap((one) => Object.keys(texts).map((other) => [one, other] as const))

  it.each(pairs)('sent as %s and answered as %s means the same', async (contentType, accept) => {
    const text = texts[contentType as keyof typeof texts]
    const answer = await send<Schemas['OfferSet']>('/offersets', text, contentType, accept)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('content-type')).toBe(`${accept}; charset=utf-8`)
    expect(answer.headers.get('vary')).toMatch(/Accept.*Authorization|Authorization.*Accept/)
    const first = essence(answer.body).offers[0]
    expect(first).toMatchObject({ command: request.executable && ['YES', ' <&> ', '1'], cores: { min: 2, max: 2 } })
    expect(first?.environment).toEqual({ 'A.B': '\u001b[1m', C: 'x', EMPTY: '' })
    expect(first?.entrypoint).toBe('')
  })
})

describe('XML', () => {
  const xml = <Body>(path: string, body: string) => send<Body>(path, body, 'text/xml', 'application/xml')
  const container = `<executable kind="${KIND.dockerContainer}"><image><locations><location>a/b:1</location></locations></image>`

  it('is read with lists that have no element around them', async () => {
    const { body } = await xml<Schemas['OfferSet']>(
      '/offersets',
      `<offers-request>${container}<command>one</command><command>two</command></executable></offers-request>`,
    )
    expect(essence(body).offers[0]?.command).toEqual(['one', 'two'])
  })
  it('is read with a map that has an element for each name', async () => {
    const { body } = await xml<Schemas['OfferSet']>(
      '/offersets',
      `<x:offers-request xmlns:x="urn:x">${container}<environment><MODE>fast</MODE></environment></executable></x:offers-request>`,
    )
    expect(essence(body).offers[0]?.environment).toEqual({ MODE: 'fast' })
  })
  it('reports what it does not know at its place, as every notation', async () => {
    const { body } = await xml<Schemas['OfferSet']>(
      '/offersets',
      `<offers-request colour="red">${container}<size>1</size></executable><tape/></offers-request>`,
    )
    const pointers = body.meta?.messages?.map(({ values }) => values?.pointer)
    expect(pointers).toEqual(expect.arrayContaining(['/colour', '/executable/size', '/tape']))
  })
  it('is read with a kind of an earlier generation', async () => {
    const { body } = await xml<Schemas['OfferSet']>(
      '/offersets',
      `<offers-request>${container}</executable><compute kind="https://www.purl.org/ivoa.net/EB/schema/types/compute/simple-compute-resource-1.0"><cores><min>3</min></cores></compute></offers-request>`,
    )
    expect(essence(body).offers[0]?.cores).toMatchObject({ min: 3 })
  })
  it('says which field is wrong', async () => {
    const { status, body } = await xml<Schemas['Problem']>(
      '/offersets',
      `<offers-request><compute kind="${KIND.simpleCompute}"><cores><min>four</min></cores></compute></offers-request>`,
    )
    expect(status).toBe(400)
    expect(body.errors?.[0]).toMatchObject({ pointer: '/compute/cores/min' })
  })
  it('updates', async () => {
    const { offers } = await api.offers(containerRequest())
    const { status, body } = await xml<Schemas['Execution']>(
      `/executions/${offers?.[0]?.meta?.uuid}`,
      '<update kind="uri:enum-value-update"><path>phase</path><value> REJECTED</value></update>',
    )
    expect([status, body.phase]).toEqual([422, undefined])
    const answer = await xml<Schemas['Execution']>(
      `/executions/${offers?.[0]?.meta?.uuid}`,
      '<update kind="uri:enum-value-update"><path>phase</path><value>REJECTED</value></update>',
    )
    expect([answer.status, answer.body.phase]).toEqual([200, 'REJECTED'])
  })
  it('with another root is refused, and says which is expected', async () => {
    const { status, body } = await xml<Schemas['Problem']>('/offersets', '<update/>')
    expect([status, body.detail]).toEqual([400, 'The root element is <update>; <offers-request> is expected.'])
  })
})

describe('a failure', () => {
  it.each([
    ['application/xml', 'application/problem+xml'],
    ['text/yaml', 'application/problem+yaml'],
    ['application/problem+json', 'application/problem+json'],
    ['text/plain, */*;q=0.1', 'text/plain'],
    ['image/png', 'application/problem+json'],
  ])('is answered to %s in %s', async (accept, mediaType) => {
    const answer = await api.send('POST', '/offersets', '{', { 'Content-Type': 'application/json', Accept: accept })
    expect(answer.headers.get('content-type')).toMatch(mediaType)
    expect([400, 406]).toContain(answer.status)
  })
})

describe('a broker that follows the draft to the letter', () => {
  it('answers in YAML when the client leaves the choice', async () => {
    const strict = await testBroker({ notation: 'yaml' })
    try {
      const answer = await new Api(strict.url).get('/offersets', { Accept: '*/*' })
      expect(answer.headers.get('content-type')).toMatch('application/yaml')
    } finally {
      await strict.close()
    }
  })
})

describe('an environment variable without a value', () => {
  const yaml = (environment: string) =>
    `executable:\n  kind: docker-container\n  image: { locations: [a/b:1] }\n  environment:\n${environment}`
  it.each([
    ['application/yaml', 'nothing', yaml('    FOO:\n    BAR: x')],
    ['application/yaml', '~', yaml('    FOO: ~\n    BAR: x')],
    ['application/yaml', 'the word null', yaml('    FOO: Null\n    BAR: x')],
    ['application/yaml', 'nothing, in a list', yaml('    - name: FOO\n    - { name: BAR, value: x }')],
    [
      'application/json',
      'null',
      JSON.stringify(containerRequest({ environment: { FOO: null, BAR: 'x' } as unknown as Record<string, string> })),
    ],
  ])('in %s as %s is reported, with what to write', async (contentType, _, text) => {
    const { body } = await send<Schemas['OfferSet']>('/offersets', text, contentType, 'application/json')
    expect(essence(body)).toMatchObject({ result: 'YES' })
    expect(essence(body).offers[0]?.environment).toEqual({ BAR: 'x' })
    const said = body.meta.messages?.find(({ kind }) => kind.endsWith(':null-entry'))
    expect(said).toMatchObject({ level: 'WARN', values: { pointer: '/executable/environment/FOO' } })
    expect(said?.message).toContain('FOO: "null"')
  })
  it('is set twice in a list to neither value', async () => {
    const twice = yaml('    - { name: FOO, value: a }\n    - { name: FOO, value: b }')
    const { status, body } = await send<Schemas['Problem']>('/offersets', twice, 'application/yaml', 'application/json')
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ pointer: '/executable/environment/1' }])
  })
})

describe('words that look like numbers, in YAML', () => {
  it('are texts as they were written where the contract has texts, and numbers where it has numbers', async () => {
    const request = `
meta: { name: 2026 }
executable:
  kind: docker-container
  image: { locations: [example.org/test:1] }
  command: [sleep, 5, 1.50, true, 0x10, -0, "quoted", .inf]
  environment: { THREADS: 4, DEBUG: true, RATIO: 1.50, _12: x, EMPTY: "" }
compute: { kind: simple-compute-resource, cores: { min: 2, max: 2 } }
`
    const answer = await send<Schemas['OfferSet']>('/offersets', request, 'application/yaml', 'application/json')
    expect(answer.body.meta.name).toBe('2026')
    const [offer] = answer.body.offers ?? []
    const { command, environment } = offer?.executable as Schemas['DockerContainer']
    expect(command).toEqual(['sleep', '5', '1.50', 'true', '0x10', '-0', 'quoted', '.inf'])
    expect(environment).toEqual({ THREADS: '4', DEBUG: 'true', RATIO: '1.50', _12: 'x', EMPTY: '' })
    expect(offer?.compute).toMatchObject({ cores: { min: 2, max: 2 } })
  })
  it('stay what they are where the contract has neither, and null is no text', async () => {
    const update = 'kind: uri:integer-delta-update\npath: schedule/available/duration\ndelta: ten'
    const path = `/executions/${UNKNOWN_ID}`
    expect((await send(path, update, 'application/yaml', '*/*')).status).toBe(404)
    const nothing = 'executable: { kind: docker-container, command: [~] }'
    const answer = await send<Schemas['Problem']>('/offersets', nothing, 'application/yaml', '*/*')
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toMatchObject([{ pointer: '/executable/command/0' }])
  })
})
