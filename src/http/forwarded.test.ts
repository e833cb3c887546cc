import { describe, expect, it } from 'vitest'
import { isHost, reachedAt, TrustedProxies } from './forwarded.ts'

const trusted = new TrustedProxies(['10.0.0.0/8', '127.0.0.1', '2001:db8::/32'])
const at = (headers: Record<string, string>, peer = '10.0.0.1') =>
  reachedAt({ headers, peer, protocol: 'http', host: 'inside:8082' }, trusted)

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
    [
      'Forwarded beside X-Forwarded',
      { forwarded: 'host=one.example', 'x-forwarded-host': 'two.example' },
      'http://one.example',
    ],
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
    ['nonsense', { forwarded: ';;=,"', 'x-forwarded-host': 'x' }, 'http://inside:8082'],
    ['what is no host', { 'x-forwarded-host': 'a b', 'x-forwarded-proto': 'javascript' }, 'http://inside:8082'],
    ['what is no path', { 'x-forwarded-prefix': '//evil.example/' }, 'http://inside:8082'],
  ])('is told by %s', (_, headers, expected) => {
    expect(at(headers)).toBe(expected)
  })
  it('is told by trusted proxies only', () => {
    const headers = { forwarded: 'host=evil.example;proto=https', 'x-forwarded-host': 'evil.example' }
    expect(at(headers, '192.0.2.1')).toBe('http://inside:8082')
    expect(at(headers, '::ffff:192.0.2.1')).toBe('http://inside:8082')
    expect(at(headers, '2001:db8::1')).toBe('https://evil.example')
    expect(at(headers, '::ffff:10.1.2.3')).toBe('https://evil.example')
    expect(reachedAt({ headers, peer: undefined, protocol: 'http', host: 'inside' }, trusted)).toBe('http://inside')
  })
  it('is told in a time that does not explode with the length of the header', () => {
    const startedAt = performance.now()
    at({ forwarded: `${'a="'.repeat(5000)}` })
    at({ forwarded: 'for=a,'.repeat(2500) })
    at({ 'x-forwarded-prefix': `/${'a/'.repeat(7000)}!` })
    expect(performance.now() - startedAt).toBeLessThan(500)
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
