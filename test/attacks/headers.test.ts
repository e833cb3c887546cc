/** Attacks with headers and with the framing of requests: one request hidden in another, and things claimed in headers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { basic, brokerWithAccounts, passwordOf, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import { exchange } from '../support/raw-http.ts'

let setting: BrokerWithAccounts
let ada: CallerApi
beforeAll(async () => {
  setting = await brokerWithAccounts({ identity: { certificates: { frontEnds: ['192.0.2.1/32'] } } })
  ada = await setting.user('ada')
})
afterAll(() => setting.broker.close())

const ADA = () => `Authorization: ${basic('ada', passwordOf('ada')).Authorization}`
const WRONG = () => `Authorization: ${basic('admin', 'wrong').Authorization}`
const raw = (...lines: string[]) => exchange(setting.broker.url, lines.join('\r\n'))
/** How many answers there are in what a server sent. */
const answers = ({ status, body }: { status: number; body: string }) =>
  (status > 0 ? 1 : 0) + [...body.matchAll(/^HTTP\/1\.1 /gm)].length
const HIDDEN = 'POST /admin/identities HTTP/1.1\r\nHost: x\r\n\r\n'

describe('no request is hidden in another by', () => {
  it.each<[string, string[]]>([
    [
      'a length beside chunks',
      [`Content-Length: ${HIDDEN.length}`, 'Transfer-Encoding: chunked', '', `0\r\n\r\n${HIDDEN}`],
    ],
    ['two lengths', ['Content-Length: 2', `Content-Length: ${2 + HIDDEN.length}`, '', `{}${HIDDEN}`]],
    ['two lengths in one', ['Content-Length: 2, 60', '', `{}${HIDDEN}`]],
    ['a length with a sign', ['Content-Length: +2', '', `{}${HIDDEN}`]],
    ['a negative length', ['Content-Length: -1', '', HIDDEN]],
    ['a length in hexadecimal', ['Content-Length: 0x2', '', `{}${HIDDEN}`]],
    ['a length that is too large a number', ['Content-Length: 18446744073709551618', '', `{}${HIDDEN}`]],
    ['an unknown encoding of the transfer', ['Transfer-Encoding: xchunked', '', `0\r\n\r\n${HIDDEN}`]],
    ['chunks before another encoding', ['Transfer-Encoding: chunked, identity', '', `0\r\n\r\n${HIDDEN}`]],
    ['white space before a colon', ['Content-Length : 2', '', `{}${HIDDEN}`]],
    ['a folded header', ['X: a', ' Content-Length: 2', '', HIDDEN]],
    ['a bare carriage return in a header', ['X: a\rContent-Length: 2', '', HIDDEN]],
    ['NUL in a header', ['X: a\0b', '', HIDDEN]],
    ['a chunk whose size is no number', ['Transfer-Encoding: chunked', '', `zz\r\n{}\r\n0\r\n\r\n${HIDDEN}`]],
    ['a chunk that is longer than it says', ['Transfer-Encoding: chunked', '', `1\r\n{}\r\n0\r\n\r\n${HIDDEN}`]],
    ['a header without a name', [': x', '', HIDDEN]],
    ['a header with a space in its name', ['Content Length: 2', '', HIDDEN]],
  ])('%s', async (_, rest) => {
    const answer = await raw('POST /offersets HTTP/1.1', 'Host: broker.test', ADA(), ...rest)
    expect(answer.status).toBe(400)
    expect(answers(answer), 'nothing is answered but the one request').toBe(1)
  })
  it('a body of a request that is refused', async () => {
    const answer = await raw(
      'POST /offersets HTTP/1.1',
      'Host: broker.test',
      `Content-Length: ${HIDDEN.length}`,
      'Connection: close',
      '',
      HIDDEN,
    )
    expect([answer.status, answers(answer)]).toEqual([401, 1])
  })
  it('a request to speak another protocol', async () => {
    const answer = await raw(
      'GET /account HTTP/1.1',
      'Host: broker.test',
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
      '',
      '',
    )
    expect(answer.status).not.toBe(101)
  })
  it.each(['CONNECT 127.0.0.1:22 HTTP/1.1', 'GET http://127.0.0.1:22/ HTTP/1.1', 'TRACE /account HTTP/1.1'])(
    'a request to pass it on: %s',
    async (line) => {
      const answer = await raw(line, 'Host: broker.test', 'Cookie: secret', 'Connection: close', '', '')
      // Nothing at all is an answer too.
      expect(Number.isNaN(answer.status) || answer.status >= 400).toBe(true)
      expect(answer.body).not.toContain('secret')
    },
  )
})

describe('nobody becomes somebody else by a header:', () => {
  it.each<[string, Record<string, string>]>([
    [
      'the name of a user from a front end',
      { 'X-Remote-User': 'admin', 'Remote-User': 'admin', 'X-Forwarded-User': 'admin' },
    ],
    [
      'a certificate from an address that is no front end',
      { 'X-SSL-Client-S-DN': 'CN=admin', 'X-SSL-Client-Verify': 'SUCCESS' },
    ],
    [
      'a certificate under the names of other front ends',
      {
        'SSL-Client-S-DN': 'CN=admin',
        'X-Client-Cert': 'x',
        'X-Forwarded-Client-Cert': 'x',
        SSL_CLIENT_S_DN: 'CN=admin',
      },
    ],
    [
      'a certificate and the address of a front end',
      {
        'X-SSL-Client-S-DN': 'CN=admin',
        'X-SSL-Client-Verify': 'SUCCESS',
        'X-Forwarded-For': '192.0.2.1',
        'X-Real-IP': '192.0.2.1',
      },
    ],
    ['the header that the broker answers with', { 'X-VO-Authenticated': 'admin' }],
    ['an address of the machine itself', { 'X-Forwarded-For': '127.0.0.1', Forwarded: 'for=127.0.0.1' }],
  ])('%s', async (_, headers) => {
    expect((await setting.as(headers).get('/account')).status).toBe(401)
    expect((await ada.get('/admin/identities', headers)).status).toBe(403)
  })
  it.each([
    ['the wrong ones first', () => [WRONG(), ADA()]],
    ['the right ones first', () => [ADA(), WRONG()]],
  ])('two headers with credentials, %s', async (_, lines) => {
    const answer = await raw('GET /account HTTP/1.1', 'Host: broker.test', ...lines(), 'Connection: close', '', '')
    expect(answer.status).toBe(400)
  })
})

describe('a front end’s certificate', () => {
  let behind: BrokerWithAccounts
  beforeAll(async () => {
    behind = await brokerWithAccounts({ identity: { certificates: { frontEnds: ['127.0.0.0/8'] } } })
  })
  afterAll(() => behind.broker.close())
  const certified = (subject: string, verify: string | undefined = 'SUCCESS') =>
    behind
      .as({ 'X-SSL-Client-S-DN': subject, ...(verify === undefined ? {} : { 'X-SSL-Client-Verify': verify }) })
      .get<Schemas['Account']>('/account')

  it.each(['', 'NONE', 'FAILED', 'success', 'SUCCESS, FAILED', 'SUCCESSFUL', 'FAILED:SUCCESS'])(
    'that was verified as %j only is none',
    async (verify) => {
      expect((await certified('CN=ada,O=Example', verify)).status).toBe(401)
    },
  )
  it('does not become another’s by a comma in a name', async () => {
    const real = await certified('CN=ada,O=Example,C=CA')
    const trick = await certified('/C=CA/CN=ada,O=Example')
    expect(trick.body.uuid).not.toBe(real.body.uuid)
  })
  it.each([
    ['the subject', ['X-SSL-Client-S-DN: CN=ada', 'X-SSL-Client-S-DN: O=Example', 'X-SSL-Client-Verify: SUCCESS']],
    [
      'the subject in other letters',
      ['x-ssl-client-s-dn: O=Example', 'X-SSL-CLIENT-S-DN: CN=ada', 'X-SSL-Client-Verify: SUCCESS'],
    ],
    ['the same subject', ['X-SSL-Client-S-DN: CN=ada', 'X-SSL-Client-S-DN: CN=ada', 'X-SSL-Client-Verify: SUCCESS']],
  ])('with %s given twice is none', async (_, lines) => {
    const request = ['GET /account HTTP/1.1', 'Host: broker.test', 'Connection: close', ...lines, '', '']
    expect((await exchange(behind.broker.url, request.join('\r\n'))).status).toBe(401)
  })
  it('of another organisation is another’s', async () => {
    const [one, two] = [await certified('CN=ada,O=Example'), await certified('CN=ada,O=Other')]
    expect(one.body.uuid).not.toBe(two.body.uuid)
  })
  it('does not make its subject an administrator by its name', async () => {
    expect((await certified('CN=admin,O=Example')).body.roles).toEqual(['user'])
  })
})

describe('no route is reached round the list of routes by', () => {
  it.each<[string, Record<string, string>]>([
    [
      'another method in a header',
      { 'X-HTTP-Method-Override': 'POST', 'X-HTTP-Method': 'POST', 'X-Method-Override': 'POST' },
    ],
    ['another path in a header', { 'X-Original-URL': '/account', 'X-Rewrite-URL': '/account' }],
    ['a prefix in a header', { 'X-Forwarded-Prefix': '/admin', 'X-Forwarded-Path': '/admin/identities' }],
  ])('%s', async (_, headers) => {
    expect((await ada.get('/admin/identities', headers)).status).toBe(403)
    expect((await setting.as(headers).get('/health/live')).status).toBe(200)
  })
})

describe('no link of an answer leads elsewhere by', () => {
  it.each<[string, Record<string, string>]>([
    ['the host of a proxy that nobody named', { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' }],
    ['the standard header of a proxy that nobody named', { Forwarded: 'host=evil.example;proto=https' }],
    [
      'other headers',
      { 'X-Host': 'evil.example', 'X-Original-Host': 'evil.example', 'X-Forwarded-Server': 'evil.example' },
    ],
  ])('%s', async (_, headers) => {
    const { headers: answered, body } = await ada.post<Schemas['OfferSet']>('/offersets', containerRequest(), headers)
    expect(answered.get('Location')).toMatch(new RegExp(`^${setting.broker.url}/`))
    expect(JSON.stringify(body)).not.toContain('evil.example')
  })
  it.each([
    'evil.example/x',
    'evil.example@broker.test',
    'a b',
    'broker.test:99999999',
    '"',
    'evil.example#',
    'evil\\example',
  ])('a host that is none: %j', async (host) => {
    const answer = await raw('GET /account HTTP/1.1', `Host: ${host}`, ADA(), 'Connection: close', '', '')
    expect(answer.status).toBe(400)
  })
  it('two hosts', async () => {
    const answer = await raw(
      'GET /account HTTP/1.1',
      'Host: broker.test',
      'Host: evil.example',
      ADA(),
      'Connection: close',
      '',
      '',
    )
    expect(answer.status).toBe(400)
  })
})

describe('a header of the client does not become another of the answer:', () => {
  it.each<[string, string]>([
    ['X-Request-Id', 'a b<script>'],
    ['X-Request-Id', 'x'.repeat(5_000)],
    ['Idempotency-Key', 'a%0d%0aSet-Cookie: x=1'],
    ['Origin', 'https://evil.example'],
  ])('%s: %s', async (name, value) => {
    const { headers } = await ada.get('/executions', { [name]: value })
    expect(headers.get('Set-Cookie')).toBeNull()
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
    expect(headers.get('X-Request-Id')).not.toBe(value)
  })
  it('what is in a path stays there', async () => {
    const answer = await raw(
      'GET /executions/%0d%0aSet-Cookie:%20x=1 HTTP/1.1',
      'Host: broker.test',
      ADA(),
      'Connection: close',
      '',
      '',
    )
    expect(answer.headers.get('set-cookie')).toBeUndefined()
  })
})
