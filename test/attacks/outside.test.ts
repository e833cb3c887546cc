/** Attacks that make the broker ask for something where only it can reach: by every field that can have a URL. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

/** What nobody may reach through the broker. It hears of it when somebody does. */
let inside: DataServer
/** What data may come from. */
let outside: DataServer
let closed: TestBroker
/** This one asks registries which image a tag means. */
let asking: TestBroker
let open: TestBroker
beforeAll(async () => {
  inside = await startDataServer()
  outside = await startDataServer()
  inside.files.set('/secret', { content: Buffer.from('what only the broker can reach') })
  closed = await testBroker({ 'data.allowedNetworks': [] })
  asking = await testBroker({ policies: [{ type: 'images', name: 'images', allow: [{ project: '*' }] }] })
  // This one may reach its own machine, but no other name for it and no other server there.
  open = await testBroker({ 'data.allowedNetworks': ['127.0.0.1/32'], 'data.allowedHosts': ['127.0.0.1'] })
})
afterAll(async () => {
  for (const broker of [closed, open, asking]) await broker.close()
  for (const server of [inside, outside]) await server.close()
})
beforeEach(() => inside.requests.splice(0))

const port = () => new URL(inside.url).port
const withData = (location: string) =>
  containerRequest({}, { data: [{ kind: KIND.simpleData, meta: { name: 'd' }, location }] })

/** What the broker says when it is asked to get data, until it has ended. */
async function asksFor(broker: TestBroker, location: string): Promise<string> {
  const api = new Api(broker.url)
  const { status, body } = await api.post<Schemas['Execution']>('/executions', withData(location))
  if (status !== 303) return JSON.stringify(body)
  const ended = await api.ends(body.meta.uuid ?? '')
  expect(ended.phase).toBe('FAILED')
  return allText(ended).join(' ')
}

describe('data do not come from inside, however the place is written:', () => {
  it.each([
    'http://127.0.0.1:PORT/secret',
    'http://localhost:PORT/secret',
    'http://localhost.:PORT/secret',
    'http://LOCALHOST:PORT/secret',
    'http://127.1:PORT/secret',
    'http://127.0.0.2:PORT/secret',
    'http://2130706433:PORT/secret',
    'http://0x7f000001:PORT/secret',
    'http://0177.0.0.1:PORT/secret',
    'http://0:PORT/secret',
    'http://0.0.0.0:PORT/secret',
    'http://[::1]:PORT/secret',
    'http://[::]:PORT/secret',
    'http://[::ffff:127.0.0.1]:PORT/secret',
    'http://[::ffff:7f00:1]:PORT/secret',
    'http://[::127.0.0.1]:PORT/secret',
    'http://[64:ff9b::7f00:1]:PORT/secret',
    'http://[2002:7f00:1::]:PORT/secret',
    'http://①②⑦.⓪.⓪.①:PORT/secret',
    'http://127。0。0。1:PORT/secret',
    'http://example.org@127.0.0.1:PORT/secret',
    'http://127.0.0.1:PORT\\@example.org/secret',
    'https://127.0.0.1:PORT/secret',
  ])('%s', async (location) => {
    await asksFor(closed, location.replace('PORT', port()))
    expect(inside.requests).toEqual([])
  })
  it.each([
    ['the metadata of clouds', 'http://169.254.169.254/latest/meta-data/'],
    ['the metadata of clouds on IPv6', 'http://[fd00:ec2::254]/latest/meta-data/'],
    ['the metadata of one cloud on a public address', 'http://168.63.129.16/metadata'],
    ['a private network', 'http://10.0.0.1/'],
    ['another private network', 'http://172.16.0.1/'],
    ['the third private network', 'http://192.168.0.1/'],
    ['the network of a provider', 'http://100.64.0.1/'],
    ['everybody at once', 'http://255.255.255.255/'],
    ['a group', 'http://224.0.0.1/'],
    ['a private network on IPv6', 'http://[fd00::1]/'],
    ['a neighbour on IPv6', 'http://[fe80::1]/'],
  ])('%s', async (_, location) => {
    expect(await asksFor(closed, location)).toMatch(/is not allowed here/)
  })
})

describe('data come by no other way than the web:', () => {
  it.each([
    'file:///etc/passwd',
    'file://localhost/etc/passwd',
    'FILE:/etc/passwd',
    'ftp://example.org/x',
    'gopher://127.0.0.1:PORT/_GET%20/secret',
    'dict://127.0.0.1:PORT/x',
    'ldap://127.0.0.1:PORT/x',
    'data:text/plain,x',
    'javascript:alert(1)',
    'jar:http://127.0.0.1:PORT/secret!/x',
    'unix:/var/run/docker.sock',
    'http+unix://%2Fvar%2Frun%2Fdocker.sock/info',
    '/etc/passwd',
    '../../etc/passwd',
    '//127.0.0.1:PORT/secret',
    'http:127.0.0.1:PORT/secret',
    'http://',
    'http://[',
    ' ',
  ])('%s', async (location) => {
    const said = await asksFor(closed, location.replace('PORT', port()))
    expect(said).toMatch(/\/data\/0|location|allowed/)
    expect(inside.requests).toEqual([])
  })
})

describe('nobody who is allowed leads the broker on to who is not:', () => {
  it.each([301, 302, 303, 307, 308])('with the status %i', async (status) => {
    outside.faults.set(`/to-${status}`, [{ status, redirectsTo: `http://localhost:${port()}/secret` }])
    expect(await asksFor(open, `${outside.url}/to-${status}`)).toMatch(/not one of those that are allowed/)
    expect(inside.requests).toEqual([])
  })
  it.each([
    'http://[::1]:PORT/secret',
    'http://0.0.0.0:PORT/secret',
    'http://localhost:PORT/secret',
    'file:///etc/passwd',
    '//[::1]:PORT/secret',
    'http://user:password@localhost:PORT/secret',
  ])('to %s', async (target) => {
    outside.faults.set('/to', [{ redirectsTo: target.replace('PORT', port()) }])
    await asksFor(open, `${outside.url}/to`)
    expect(inside.requests).toEqual([])
  })
  it('round and round without end', async () => {
    outside.faults.set('/round', [{ redirectsTo: '/round' }])
    await asksFor(open, `${outside.url}/round`)
    expect(outside.requests.filter(({ path }) => path === '/round').length).toBeLessThan(100)
  })
  it('and what it asked for is not told', async () => {
    const said = await asksFor(open, `${outside.url}/missing?token=secret-of-the-url`)
    expect(said).not.toContain('secret-of-the-url')
  })
})

describe('images are not asked for inside, however the place is written:', () => {
  it.each([
    '127.0.0.1:PORT/project/image:1',
    'localhost:PORT/project/image:1',
    '[::1]:PORT/project/image:1',
    '0.0.0.0:PORT/project/image:1',
    '2130706433:PORT/project/image:1',
    '127.1:PORT/project/image:1',
    'http://127.0.0.1:PORT/project/image:1',
    'user@127.0.0.1:PORT/project/image:1',
    '127.0.0.1:PORT/project/../../secret:1',
    '127.0.0.1:PORT/project/image:1?x=/secret',
    '169.254.169.254/project/image:1',
  ])('%s', async (location) => {
    const api = new Api(asking.url)
    const { result } = await api.offers(containerRequest({ image: { locations: [location.replace('PORT', port())] } }))
    expect(result).toBe('NO')
    expect(inside.requests).toEqual([])
  })
  it('nor because of a digest beside it', async () => {
    const api = new Api(asking.url)
    const image = { locations: [`127.0.0.1:${port()}/project/image:1`], digest: `sha256:${'a'.repeat(64)}` }
    await api.offers(containerRequest({ image }))
    expect(inside.requests).toEqual([])
  })
})

describe('a text that looks like a URL in another field is a text:', () => {
  const url = () => `${inside.url}/secret`
  it.each<[string, () => Schemas['ExecutionRequest']]>([
    ['a command', () => containerRequest({ command: [url()] })],
    ['a variable', () => containerRequest({ environment: { URL: url() } })],
    ['a name', () => ({ ...containerRequest(), meta: { name: url() } })],
    ['a description', () => ({ ...containerRequest(), meta: { description: url() } })],
    ['a place for output', () => containerRequest({ streams: { stdout: { locations: [url()] } } })],
    ['a link to itself', () => ({ ...containerRequest(), meta: { url: url() } })],
    ['a kind', () => ({ ...containerRequest(), storage: [{ kind: url(), meta: { name: 's' } }] }) as never],
    ['a reference', () => ({ $ref: url(), ...containerRequest() }) as never],
    ['a schema', () => ({ $schema: url(), ...containerRequest() }) as never],
  ])('%s', async (_, make) => {
    await new Api(open.url).post('/offersets', make())
    expect(inside.requests).toEqual([])
  })
})
