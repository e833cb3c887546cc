import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const json = { 'Content-Type': 'application/json' }
const volume = (resource: string, path = '/input') => ({ kind: KIND.simpleVolumeMount, path, resource })
const compute = (...volumes: object[]) => ({ kind: KIND.simpleCompute, volumes })
const storage = (name: string) => ({ kind: KIND.simpleStorage, meta: { name } })

describe('a body that cannot be read', () => {
  it.each([
    ['not JSON', '{"executable":', json, 400, 'bad-syntax'],
    ['not YAML', 'executable: [', { 'Content-Type': 'application/yaml' }, 400, 'bad-syntax'],
    ['two YAML documents', 'a: 1\n---\nb: 2', { 'Content-Type': 'application/yaml' }, 400, 'bad-syntax'],
    ['a YAML alias', 'a: &x [1]\nb: *x', { 'Content-Type': 'application/yaml' }, 400, 'bad-syntax'],
    ['empty', '', json, 400, 'bad-syntax'],
    ['a list', '[]', json, 400, 'bad-request'],
    ['a form', 'a=1', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['too large', `{"x":"${'x'.repeat(1_100_000)}"}`, json, 413, 'too-large'],
    ['too large for YAML', `x: ${'x'.repeat(300_000)}`, { 'Content-Type': 'application/yaml' }, 413, 'too-large'],
  ])('is refused with a problem document: %s', async (_, body, headers, status, type) => {
    const answer = await api.send<Schemas['Problem']>('POST', '/offersets', body, headers)
    expect(answer.status).toBe(status)
    expect(answer.body.type).toBe(`urn:ivoa:execution-broker:problem:${type}`)
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'))
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:\d|\\n +at /)
  })
  it('is refused when it is not UTF-8', async () => {
    const response = await fetch(`${broker.url}/offersets`, {
      method: 'POST',
      headers: json,
      body: Buffer.from([0x22, 0xff, 0x22]),
    })
    expect(response.status).toBe(400)
  })
  it('is refused in YAML when the client reads YAML', async () => {
    const answer = await api.send<Schemas['Problem']>('POST', '/offersets', '{', {
      ...json,
      Accept: 'application/yaml',
    })
    expect(answer.headers.get('content-type')).toMatch('application/problem+yaml')
    expect(answer.body.status).toBe(400)
  })
  it('does not come to life through __proto__', async () => {
    const { body } = await api.post<Schemas['OfferSet']>(
      '/offersets',
      '{"__proto__":{"executable":1},"constructor":{"x":1}}',
    )
    expect(body.meta.messages?.map(({ values }) => values?.pointer)).toEqual(
      expect.arrayContaining(['/__proto__', '/constructor']),
    )
    expect(({} as Record<string, unknown>).executable).toBeUndefined()
  })
})

describe('what does not follow the contract', () => {
  it.each([
    ['/compute/cores/min', { compute: { kind: KIND.simpleCompute, cores: { min: 'four' } } }],
    ['/compute/cores/min', { compute: { kind: KIND.simpleCompute, cores: { min: 1.5 } } }],
    ['/compute/memory/max', { compute: { kind: KIND.simpleCompute, memory: { max: [1] } } }],
    ['/compute/kind', { compute: { cores: { min: 1 } } }],
    ['/data/0/kind', { data: [{ location: 'http://example.org/' }] }],
    ['/data', { data: { kind: KIND.simpleData } }],
    ['/compute/volumes/0/mode', { compute: compute({ ...volume('x'), mode: 'WRITEABLE' }) }],
    ['/schedule/requested/start', { schedule: { requested: { start: 5 } } }],
    ['/executable/command/1', containerRequest({ command: ['a', { b: 1 }] as unknown as string[] })],
  ])('is refused with the place of the fault: %s', async (pointer, body) => {
    const answer = await api.post<Schemas['Problem']>('/offersets', body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.map((fault) => fault.pointer)).toContain(pointer)
  })
  it('of an update is refused too', async () => {
    const { offers } = await api.offers(containerRequest())
    const path = `/executions/${offers?.[0]?.meta.uuid}`
    const unknown = await api.post<Schemas['Problem']>(path, {
      kind: 'uri:colour-update',
      path: 'phase',
      value: 'ACCEPTED',
    })
    expect(unknown.status).toBe(400)
    expect(unknown.body.errors?.[0]?.pointer).toBe('/kind')
    const incomplete = await api.post<Schemas['Problem']>(path, { kind: KIND.enumUpdate, path: 'phase' })
    expect(incomplete.body.errors?.[0]).toEqual({
      pointer: '/value',
      detail: expect.stringMatching(/^is required/) as string,
    })
  })
  it('of a query is refused too', async () => {
    for (const query of ['LAST=0', 'LAST=x', 'cursor=nonsense', 'PHASE=SLEEPING', 'LAST=1&LAST=2']) {
      expect((await api.get(`/executions?${query}`)).status).toBe(400)
    }
  })
})

describe('the answer is NO, and says what to change', () => {
  const kind = (text: string) => ({ kind: `${KIND.dockerContainer.replace('docker-container', text)}` })
  const at = (start: string | string[]) => ({ schedule: { requested: { start } } })
  it.each<[string, string, string, object]>([
    ['no executable', 'executable-required', '/executable', {}],
    ['an unknown kind', 'unknown-kind', '/executable/kind', { executable: kind('abacus') }],
    [
      'an unknown kind of data',
      'unknown-kind',
      '/data/0/kind',
      containerRequest({}, { data: [kind('tape') as never] }),
    ],
    ['no image', 'missing-value', '/executable/image/locations', containerRequest({ image: { locations: [' '] } })],
    [
      'a reference to nothing',
      'reference-not-found',
      '/compute/volumes/0/resource',
      containerRequest({}, { compute: compute(volume('nowhere')) as never }),
    ],
    [
      'a reference to two things',
      'reference-ambiguous',
      '/compute/volumes/0/resource',
      containerRequest({}, { storage: [storage('a'), storage('a')] as never, compute: compute(volume('a')) as never }),
    ],
    [
      'a volume without a resource',
      'missing-value',
      '/compute/volumes/0/resource',
      containerRequest({}, { compute: compute({ kind: KIND.simpleVolumeMount }) as never }),
    ],
    [
      'data in no storage',
      'reference-not-found',
      '/data/0/storage',
      containerRequest({}, { data: [{ kind: KIND.simpleData, location: 'http://example.org/x', storage: 'b' }] }),
    ],
    [
      'a relative mount path',
      'invalid-value',
      '/compute/volumes/0/path',
      containerRequest({}, { storage: [storage('a')] as never, compute: compute(volume('a', 'input')) as never }),
    ],
    [
      'a mount path that climbs',
      'invalid-value',
      '/compute/volumes/0/path',
      containerRequest({}, { storage: [storage('a')] as never, compute: compute(volume('a', '/a/../etc')) as never }),
    ],
    [
      'a mount path of the system',
      'invalid-value',
      '/compute/volumes/0/path',
      containerRequest({}, { storage: [storage('a')] as never, compute: compute(volume('a', '/proc/x')) as never }),
    ],
    [
      'a mount path twice',
      'duplicate-path',
      '/compute/volumes/1/path',
      containerRequest(
        {},
        {
          storage: [storage('a'), storage('b')] as never,
          compute: compute(volume('a'), volume('b', '/input/')) as never,
        },
      ),
    ],
    [
      'a minimum above the maximum',
      'minimum-above-maximum',
      '/compute/cores',
      containerRequest({}, { compute: { kind: KIND.simpleCompute, cores: { min: 4, max: 2 } } }),
    ],
    [
      'more than there is',
      'resource-limit',
      '/compute/cores/min',
      containerRequest({}, { compute: { kind: KIND.simpleCompute, cores: { min: 99 } } }),
    ],
    ['a start that is no date', 'invalid-value', '/schedule/requested/start', containerRequest({}, at('soon'))],
    [
      'a start in the past',
      'window-past',
      '/schedule/requested/start/1',
      containerRequest({}, at(['2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z/P1D'])),
    ],
    [
      'a duration that is none',
      'invalid-value',
      '/schedule/requested/duration',
      containerRequest({}, { schedule: { requested: { duration: '-PT5M' } } }),
    ],
    [
      'a duration that is too long',
      'duration-limit',
      '/schedule/requested/duration',
      containerRequest({}, { schedule: { requested: { duration: 'P31D' } } }),
    ],
    [
      'data that are no URL',
      'invalid-value',
      '/data/0/location',
      containerRequest({}, { data: [{ kind: KIND.simpleData, location: 'over there' }] }),
    ],
    [
      'data behind another scheme',
      'invalid-value',
      '/data/0/location',
      containerRequest({}, { data: [{ kind: KIND.simpleData, location: 'file:///etc/passwd' }] }),
    ],
    [
      'a variable of the simulation that is wrong',
      'not-supported',
      '/executable/environment/SIMULATED_EXIT_CODE',
      containerRequest({ environment: { SIMULATED_EXIT_CODE: 'x' } }),
    ],
  ])('%s', async (_, name, pointer, request) => {
    const answer = await api.post<Schemas['OfferSet']>('/offersets', request)
    expect(answer.status).toBe(303)
    expect(answer.body.result).toBe('NO')
    expect(answer.body.offers).toBeUndefined()
    const said = answer.body.meta.messages?.filter((one) => one.kind.endsWith(`:${name}`)) ?? []
    expect(said.map(({ values }) => values?.pointer)).toContain(pointer)
    const text = said.find(({ values }) => values?.pointer === pointer)?.message
    expect(text).toContain(pointer)
    expect(text).not.toContain('${')
  })
})

describe('a path', () => {
  it('that is not there is 404, and says where to look', async () => {
    const { status, body } = await api.get<Schemas['Problem']>('/nowhere')
    expect(status).toBe(404)
    expect(body.detail).toContain('/openapi.json')
  })
  it('without that method is 405 with the methods that it has', async () => {
    const { status, headers } = await api.send('DELETE', '/offersets', undefined, {})
    expect(status).toBe(405)
    expect(headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST'])
  })
  it('in a media type that cannot be written is 406 and has no effect', async () => {
    const { status } = await api.post('/offersets', containerRequest(), { Accept: 'image/png' })
    expect(status).toBe(406)
  })
})
