import { describe, expect, it } from 'vitest'
import { clientOf, isHost, reachedAt, refuseForwarded, TrustedProxies } from './forwarded.ts'

const NETWORKS = ['10.0.0.0/8', '127.0.0.1', '2001:db8::/32']
const standard = new TrustedProxies(NETWORKS, 'forwarded')
const older = new TrustedProxies(NETWORKS, 'x-forwarded')
const trustedFor = (headers: Record<string, string>) => ('forwarded' in headers ? standard : older)
const at = (headers: Record<string, string>, peer = '10.0.0.1') =>
  reachedAt({ headers, peer, protocol: 'http', host: 'inside:8082' }, trustedFor(headers))
const from = (headers: Record<string, string>, peer = '10.0.0.1') => clientOf({ headers, peer }, trustedFor(headers))

describe('where a client reached the service', () => {
  it.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'http://inside:8082'],
    ['Forwarded', { forwarded: 'for=192.0.2.1;host=broker.example;proto=https' }, 'https://broker.example'],
    [
      'Forwarded, quoted',
      { forwarded: 'For="[2001:db9::1]:4711"; Host="broker.example:8443";PROTO=HTTPS' },
      'https://broker.example:8443',
    ],
    ['Forwarded without a host', { forwarded: 'for=192.0.2.1;proto=https' }, 'https://inside:8082'],
    ['X-Forwarded', { 'x-forwarded-host': 'broker.example', 'x-forwarded-proto': 'https' }, 'https://broker.example'],
    ['a prefix', { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/eb/v1' }, 'https://inside:8082/eb/v1'],
    // A client wrote the first element itself, hoping that it is believed.
    [
      'a lie before a proxy',
      { forwarded: 'host=evil.example, for=192.0.2.1;host=broker.example' },
      'http://broker.example',
    ],
    [
      'a lie in a list',
      { 'x-forwarded-for': '1.1.1.1, 192.0.2.1', 'x-forwarded-host': 'evil.example, broker.example' },
      'http://broker.example',
    ],
    // Two proxies of ours: the outer one knows what the client asked for.
    [
      'two proxies',
      { forwarded: 'for=192.0.2.1;host=broker.example;proto=https, for=10.0.0.2;host=middle' },
      'https://broker.example',
    ],
    [
      'two proxies, one host',
      { 'x-forwarded-for': '192.0.2.1, 10.0.0.2', 'x-forwarded-host': 'broker.example', 'x-forwarded-proto': 'https' },
      'https://broker.example',
    ],
    ['what is no host', { 'x-forwarded-host': 'a b', 'x-forwarded-proto': 'javascript' }, 'http://inside:8082'],
    ['what is no path', { 'x-forwarded-prefix': '//evil.example/' }, 'http://inside:8082'],
    [
      'nobody but the proxy, where a client adds the other header',
      { forwarded: 'for=192.0.2.1;proto=https', 'x-forwarded-host': 'evil.example', 'x-forwarded-prefix': '/evil' },
      'https://inside:8082',
    ],
  ])('is told by %s', (_, headers, expected) => {
    expect(at(headers)).toBe(expected)
  })
  it('is told by trusted proxies only', () => {
    const headers = { forwarded: 'host=evil.example;proto=https' }
    expect(at(headers, '192.0.2.1')).toBe('http://inside:8082')
    expect(at(headers, '::ffff:192.0.2.1')).toBe('http://inside:8082')
    expect(at(headers, '2001:db8::1')).toBe('https://evil.example')
    expect(at(headers, '::ffff:10.1.2.3')).toBe('https://evil.example')
    expect(reachedAt({ headers, peer: undefined, protocol: 'http', host: 'inside' }, standard)).toBe('http://inside')
  })
})

describe('the address of a client', () => {
  it.each<[string, Record<string, string>, string]>([
    ['no header', {}, '10.0.0.1'],
    ['one proxy', { 'x-forwarded-for': '192.0.2.1' }, '192.0.2.1'],
    ['a chain of three', { 'x-forwarded-for': '9.9.9.9, 192.0.2.1, 10.0.0.3, 127.0.0.1' }, '192.0.2.1'],
    [
      'a chain of three, in the standard header',
      { forwarded: 'for=9.9.9.9, For="192.0.2.1:80" , for=10.0.0.3' },
      '192.0.2.1',
    ],
    ['a header that was sent twice', { 'x-forwarded-for': '9.9.9.9, 192.0.2.1' }, '192.0.2.1'],
    ['empty elements', { forwarded: ', for=9.9.9.9,, for=192.0.2.1 ,' }, '192.0.2.1'],
    ['quotes with what separates in them', { forwarded: 'for=9.9.9.9;x="a\\",b;c", for=192.0.2.1;y="="' }, '192.0.2.1'],
    ['another spelling', { forwarded: 'for="[::ffff:c000:201]"' }, '192.0.2.1'],
    ['a name that hides it', { forwarded: 'for=_hidden' }, '10.0.0.1'],
    ['a proxy that nobody trusts', { 'x-forwarded-for': '192.0.2.1, 198.51.100.1, 10.0.0.3' }, '198.51.100.1'],
  ])('is told by %s', (_, headers, expected) => {
    expect(from(headers)).toBe(expected)
  })
})

describe('refused from a trusted proxy is', () => {
  it.each<[string, TrustedProxies, Record<string, string>]>([
    ['the standard header, where the older ones are written', older, { forwarded: 'for=192.0.2.1' }],
    ['an older one, where the standard header is written', standard, { 'x-forwarded-proto': 'https' }],
    ['nonsense', standard, { forwarded: ';;=,"' }],
    ['a value that is not closed', standard, { forwarded: 'for=9.9.9.9;x="a, for=192.0.2.1' }],
    ['something behind a quote', standard, { forwarded: 'for="a"b' }],
    ['a name twice', standard, { forwarded: 'for=9.9.9.9;for=192.0.2.1' }],
    ['an end that is cut off', standard, { forwarded: 'for=192.0.2.1;' }],
    ['a value without a name', standard, { forwarded: '192.0.2.1' }],
  ])('%s, and from nobody else', (_, trusted, headers) => {
    expect(() => refuseForwarded({ headers, peer: '10.0.0.1' }, trusted)).toThrow()
    expect(() => refuseForwarded({ headers, peer: '192.0.2.9' }, trusted)).not.toThrow()
  })
  // So long that a time which grows as the square of the length is beyond that of the test; no server takes such headers.
  it.each([
    'a="'.repeat(100_000),
    'for=a,'.repeat(50_000),
    `a="${'\\a'.repeat(150_000)}`,
    `${' '.repeat(300_000)}x`,
    'a'.repeat(300_000),
    `${', '.repeat(150_000)};`,
  ])('read in a time that does not explode with the length of the header: %.10s', (forwarded) => {
    expect(from({ forwarded })).toBe('10.0.0.1')
    expect(at({ 'x-forwarded-prefix': `/${'a/'.repeat(150_000)}!` })).toBe('http://inside:8082')
  })
})

describe('a host', () => {
  it.each(['localhost', 'a.example', 'a.example.:80', '127.0.0.1:8082', '[::1]:80', 'my_service'])('is %s', (text) => {
    expect(isHost(text)).toBe(true)
  })
  it.each(['', 'a b', 'a/b', 'a@b', 'a:b', 'a:123456', '::1', '"a"', 'a\n', '-'])('is not %j', (text) => {
    expect(isHost(text)).toBe(false)
  })
})
