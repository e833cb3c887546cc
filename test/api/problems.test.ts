import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from '../../src/protocol/contract-faults.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { containerRequest, UNKNOWN_ID } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { exchange } from '../support/raw-http.ts'

let broker: TestBroker
beforeAll(async () => {
  broker = await testBroker()
})
afterAll(() => broker.close())

/** Asks without a look at the contract, which says of each operation only what is its own. */
async function send(method: string, path: string, body: string | undefined, headers: Record<string, string>) {
  const response = await fetch(broker.url + path, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  const isYaml = response.headers.get('content-type')?.includes('yaml')
  const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
  const read: unknown = isJson ? JSON.parse(text) : isYaml ? load(text) : text
  return { status: response.status, headers: response.headers, body: read as Schemas['Problem'], text }
}
const get = (path: string, headers: Record<string, string> = {}) => send('GET', path, undefined, headers)
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  send('POST', path, typeof body === 'string' ? body : JSON.stringify(body), {
    'Content-Type': 'application/json',
    ...headers,
  })

const raw = (...lines: string[]) => exchange(broker.url, lines.join('\r\n'))
const close = ['Host: localhost', 'Connection: close']

describe('a problem', () => {
  it.each<[string, number, string, () => ReturnType<typeof send>]>([
    ['a path that is not there', 404, 'not-found', () => get('/nowhere')],
    ['a UUID that is not there', 404, 'not-found', () => get(`/executions/${UNKNOWN_ID}`)],
    ['a segment longer than any', 404, 'not-found', () => get(`/executions/${'x'.repeat(500)}`)],
    ['a method that is not there', 405, 'method-not-allowed', () => send('DELETE', '/offersets', undefined, {})],
    ['a type that cannot be written', 406, 'not-acceptable', () => get('/executions', { Accept: 'image/png' })],
    ['JSON that is none', 400, 'bad-syntax', () => post('/offersets', '{"executable":')],
    ['a body that is empty', 400, 'bad-syntax', () => post('/offersets', '')],
    [
      'a body of another type',
      415,
      'unsupported-media-type',
      () => post('/offersets', 'x', { 'Content-Type': 'image/png' }),
    ],
    ['a body that is too long', 413, 'too-large', () => post('/offersets', `"${'x'.repeat(1_100_000)}"`)],
    ['bad percent-encoding', 400, 'bad-syntax', () => get('/executions/%zz')],
    ['a URL that is too long', 414, 'uri-too-long', () => get(`/executions?name=${'x'.repeat(9_000)}`)],
    ['a parameter that is wrong', 400, 'bad-request', () => get('/executions?LAST=many')],
  ])('of %s has its status, a stable type and the id of the request', async (_, status, name, ask) => {
    const answer = await ask()
    const problem = answer.body
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(faultsOf('Problem', problem)).toEqual([])
    expect(problem).toMatchObject({ type: `urn:ivoa:execution-broker:problem:${name}`, status })
    expect(problem.requestId).toBe(answer.headers.get('x-request-id'))
    // Nothing of how the broker is made: no file, no statement, no frame of a stack.
    expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts\b|\bselect\b|FST_|SyntaxError|\bat \w+ \(/)
  })

  it('names the field, the parameter or the header at fault', async () => {
    const errors = async (answer: ReturnType<typeof send>) => (await answer).body.errors
    const wrong = { ...containerRequest(), schedule: { requested: 'now' } }
    expect(await errors(post('/offersets', wrong))).toMatchObject([{ pointer: '/schedule/requested' }])
    expect(await errors(get('/executions?LAST=0'))).toMatchObject([{ parameter: 'LAST' }])
    const { body } = await raw('GET /executions HTTP/1.1', 'Host: a/b', 'Connection: close', '', '')
    expect((JSON.parse(body) as Schemas['Problem']).errors).toMatchObject([{ header: 'Host' }])
  })

  it('says what is possible', async () => {
    expect((await get('/executions?PHASE=SLEEPING')).text).toContain('phases are OFFERED, ACCEPTED')
    expect((await get('/')).text).toContain('/docs shows what there is')
    const empty = await send('POST', '/offersets', undefined, {})
    expect(empty.body.errors).toMatchObject([
      {
        pointer: '',
        detail: expect.stringMatching(/is empty; send .*, such as \{"executable":\{"kind":"https:/) as string,
      },
    ])
  })

  it('is written in the notation that the client accepts', async () => {
    const yaml = await get('/nowhere', { Accept: 'application/yaml' })
    expect(yaml.headers.get('content-type')).toBe('application/problem+yaml; charset=utf-8')
    expect(yaml.body.status).toBe(404)
    const browser = await get('/nowhere', { Accept: 'text/html,*/*;q=0.8' })
    expect(browser.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(browser.headers.get('vary')).toBe('Accept, Authorization')
  })

  it('is plain text when the client asks for it, the sentence first', async () => {
    const { status, headers, text } = await get('/executions?LAST=0', { Accept: 'text/plain' })
    expect([status, headers.get('content-type')]).toEqual([406, 'text/plain; charset=utf-8'])
    expect(text).toMatch(/^None of the accepted media types can be produced: Nothing in 'Accept: text\/plain'/)
    const stream = await get(`/streams/${UNKNOWN_ID}/stdout`, { Accept: 'text/plain' })
    expect([stream.status, stream.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
    expect(stream.text).toMatch(
      new RegExp(`^There is no such thing: There is no execution ${UNKNOWN_ID}\\.\nRequest \\S+\n$`),
    )
  })

  it('is told on paths of resources before the body is read', async () => {
    const put = await raw(
      'PUT /offersets HTTP/1.1',
      ...close,
      'Content-Type: image/png',
      'Content-Length: 3',
      '',
      'xyz',
    )
    expect(put.status).toBe(405)
  })
})

describe('the methods of a resource', () => {
  it.each(['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])(
    'that it does not have, such as %s, are 405',
    async (method) => {
      const { status, headers } = await raw(`${method} /executions/${UNKNOWN_ID} HTTP/1.1`, ...close, '', '')
      expect(status).toBe(405)
      expect(headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
    },
  )
  it('are told to OPTIONS', async () => {
    const { status, headers } = await send('OPTIONS', '/health/live', undefined, {})
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect((await send('OPTIONS', '/nowhere', undefined, {})).status).toBe(404)
  })
  it('have HEAD wherever there is GET, with the headers and no body', async () => {
    for (const path of ['/executions', '/offersets', '/health/live', '/openapi.json']) {
      const [head, body] = [await send('HEAD', path, undefined, {}), await get(path)]
      expect([head.status, head.text]).toEqual([200, ''])
      for (const name of ['content-type', 'content-length']) expect(head.headers.get(name)).toBe(body.headers.get(name))
    }
  })
})

describe('what is no request', () => {
  it.each<[string, number, string, string[]]>([
    ['nonsense', 400, 'bad-syntax', ['nonsense', '', '']],
    ['a bad header', 400, 'bad-syntax', ['GET / HTTP/1.1', 'Host: a', 'bad header', '', '']],
    [
      'two lengths',
      400,
      'bad-syntax',
      ['POST /offersets HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Content-Length: 2', '', 'x'],
    ],
    ...['GET /nowhere', 'OPTIONS /offersets'].map((request): [string, number, string, string[]] => [
      `nonsense behind ${request}, which is answered at once`,
      400,
      'bad-syntax',
      [`${request} HTTP/1.1`, 'Host: localhost', '', 'nonsense', '', ''],
    ]),
    ['no host', 400, 'bad-syntax', ['GET /health/live HTTP/1.1', 'Connection: close', '', '']],
    [
      'headers that are too long',
      431,
      'headers-too-large',
      ['GET / HTTP/1.1', 'Host: a', `X: ${'x'.repeat(20_000)}`, '', ''],
    ],
    ['an expectation', 417, 'expectation-failed', ['GET / HTTP/1.1', ...close, 'Expect: a-miracle', '', '']],
  ])('is a problem too: %s', async (_, status, name, lines) => {
    const answer = await raw(...lines)
    const problem = JSON.parse(answer.body) as Schemas['Problem']
    expect([answer.status, problem.status, problem.type]).toEqual([
      status,
      status,
      `urn:ivoa:execution-broker:problem:${name}`,
    ])
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(problem.requestId).toBe(answer.headers.get('x-request-id'))
  })
  it('does not keep a check in HTTP/1.0 from its answer', async () => {
    expect((await raw('GET /health/live HTTP/1.0', '', '')).status).toBe(200)
  })
})

describe('the name by which the broker is asked', () => {
  const asked = (url: string, host: string) =>
    exchange(url, ['GET /offersets HTTP/1.1', `Host: ${host}`, 'Connection: close', '', ''].join('\r\n'))
  it('is one of this machine where everybody is the local user: no page of a rebound name gets in', async () => {
    const { status, body } = await asked(broker.url, 'rebound.example.org')
    const problem = JSON.parse(body) as Schemas['Problem']
    expect([status, problem.errors]).toMatchObject([421, [{ header: 'Host' }]])
    expect((await asked(broker.url, 'localhost:1')).status).toBe(200)
  })
  it('can be that of publicUrl too', async () => {
    const named = await testBroker({ publicUrl: 'https://broker.example.org/eb' })
    expect((await asked(named.url, 'broker.example.org')).status).toBe(200)
    expect((await asked(named.url, 'rebound.example.org')).status).toBe(421)
    await named.close()
  })
  it('can be any where callers say who they are', async () => {
    const named = await testBroker({ identity: {} })
    expect((await asked(named.url, 'broker.example.org')).status).toBe(401)
    await named.close()
  })
})

describe('the id of a request', () => {
  const idOf = async (id: string) => (await get('/health/live', { 'X-Request-Id': id })).headers.get('x-request-id')
  it("is the client's own when it is fit for a log", async () => {
    expect(await idOf('trace-1.2:3')).toBe('trace-1.2:3')
    const { body } = await get('/nowhere', { 'X-Request-Id': 'mine' })
    expect(body.requestId).toBe('mine')
  })
  it.each(['a b', '"x"', '<script>', '${jndi}', 'é', '-x', 'x'.repeat(129)])(
    'is made here when it is not: %s',
    async (id) => {
      expect(await idOf(encodeURIComponent(id) === id ? id : Buffer.from(id).toString('latin1'))).toMatch(
        /^[0-9a-f-]{36}$/,
      )
    },
  )
})
