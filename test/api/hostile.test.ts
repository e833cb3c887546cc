import { request as httpRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const JSON_TYPE = 'application/json'
const YAML_TYPE = 'application/yaml'
const XML_TYPE = 'application/xml'

const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join('')
const anchors = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`).join('\n')
const root = (inner: string) => `<offers-request>${inner}</offers-request>`
const cores = (min: string) => `{"compute":{"kind":"simple-compute-resource","cores":{"min":${min}}}}`

/** Sends bytes as they are. */
function sendBytes(bytes: Buffer, headers: Record<string, string>): Promise<{ status: number; headers: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${broker.url}/offersets`, { method: 'POST', headers }, (response) => {
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end(bytes)
  })
}

describe('a body that means harm is refused', () => {
  it.each<[string, string, string, number, string?]>([
    ['entities that multiply', XML_TYPE, `<!DOCTYPE x [<!ENTITY e0 "x">${entities}]>${root('&e9;')}`, 400, 'DOCTYPE'],
    ['an entity that is a file', XML_TYPE, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${root('&e;')}`, 400],
    ['an entity that is fetched', XML_TYPE, `<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">${root('')}`, 400],
    ['an unknown entity', XML_TYPE, root('&nbsp;'), 400, 'not XML'],
    ['XML that is nested deeply', XML_TYPE, '<a>'.repeat(30_000), 400, '50 deep'],
    ['XML with countless elements', XML_TYPE, root('<a/>'.repeat(30_000)), 413],
    [
      'XML with countless attributes',
      XML_TYPE,
      `<a ${Array.from({ length: 9_000 }, (_, n) => `a${n}="1"`).join(' ')}/>`,
      400,
    ],
    [
      'XML with countless attributes in many elements',
      XML_TYPE,
      root(`<a ${Array.from({ length: 40 }, (_, n) => `a${n}=""`).join(' ')}/>`.repeat(200)),
      413,
      'in JSON it may have',
    ],
    ['XML with an attribute twice', XML_TYPE, '<offers-request a="1" a="2"/>', 400],
    [
      'XML with an element for each value of a map',
      XML_TYPE,
      root(`<executable><environment>${'<variable>x</variable>'.repeat(2)}</environment></executable>`),
      400,
      '<variable> twice; each value is an <entry>',
    ],
    ['XML with a control character', XML_TYPE, root('&#1;'), 400],
    ['XML that says it is UTF-16', XML_TYPE, `<?xml version="1.0" encoding="UTF-16"?>${root('')}`, 400, 'UTF-16'],
    ['XML that does not end', XML_TYPE, '<offers-request>', 400],
    ['YAML aliases that multiply', YAML_TYPE, `a0: &a0 [x]\n${anchors}`, 400],
    ['YAML that is nested deeply', YAML_TYPE, '['.repeat(5_000), 400],
    ['YAML with countless values in a line', YAML_TYPE, `[${'1,'.repeat(30_000)}1]`, 413, 'in JSON it may have'],
    ['YAML with countless lines', YAML_TYPE, '- 1\n'.repeat(16_000), 413],
    ['YAML with countless names', YAML_TYPE, `[${'a:,'.repeat(20_000)}1]`, 413],
    ['YAML with countless lists in lists', YAML_TYPE, '- '.repeat(30_000), 413],
    ['YAML that is nested deeply in lines', YAML_TYPE, '- '.repeat(60), 400],
    ['YAML that calls a constructor', YAML_TYPE, 'a: !!js/function "x"', 400],
    ['YAML with a name twice', YAML_TYPE, 'meta: {name: a, name: b}', 400, 'is there twice'],
    ['YAML with a list as a name', YAML_TYPE, '? [a]\n: b', 400],
    ['JSON that is nested deeply', JSON_TYPE, '{"a":'.repeat(100_000), 400, '50 deep'],
    ['JSON with a name twice', JSON_TYPE, '{"meta":{"name":"a","name":"b"}}', 400, '/meta/name'],
    ['JSON with countless values', JSON_TYPE, `[${'1,'.repeat(200_000)}1]`, 413],
    ['JSON with many faults', JSON_TYPE, `{"data":[${'{},'.repeat(15_000)}{}]}`, 400],
    ['NUL in a text', JSON_TYPE, '{"meta":{"name":"a\\u0000b"}}', 400, '/meta/name'],
    ['NUL in an unknown field', JSON_TYPE, '{"x":{"y":["a\\u0000b"]}}', 400, '/x/y/0'],
    ['NUL in a name', YAML_TYPE, '"a\\0b": 1', 400],
    ['half a character', JSON_TYPE, '{"meta":{"description":"\\ud800"}}', 400, '/meta/description'],
    ['half a character in YAML', YAML_TYPE, 'meta: {name: "\\ud83d"}', 400, '/meta/name'],
    ['a number without an end', JSON_TYPE, cores('1e400'), 400, '/compute/cores/min'],
    ['a number that is far too large', JSON_TYPE, cores('1000000000000000000000000000000'), 303, '/compute/cores/min'],
    ['an exponent that is far too large', YAML_TYPE, cores('12e300'), 303, '/compute/cores/min'],
    ['infinity', YAML_TYPE, cores('.inf'), 400, '/compute/cores/min'],
    ['a number of a million digits', JSON_TYPE, cores('1'.repeat(1_000_000)), 400],
    ['a date of a million digits', JSON_TYPE, `{"schedule":{"requested":{"start":"${'1'.repeat(900_000)}"}}}`, 303],
    ['a duration out of range', JSON_TYPE, '{"schedule":{"requested":{"duration":"P999999Y"}}}', 303],
    ['a prototype', JSON_TYPE, '{"__proto__":{"executable":{}},"constructor":{"prototype":{}}}', 303],
  ])('%s', async (_, contentType, text, status, words) => {
    const answer = await api.send<Schemas['Problem']>('POST', '/offersets', text, { 'Content-Type': contentType })
    expect(answer.status).toBe(status)
    if (status === 303) expect(answer.body).toMatchObject({ result: 'NO' })
    if (words) expect(JSON.stringify(answer.body)).toContain(words)
    expect(JSON.stringify(answer.body).length).toBeLessThan(1_000_000)
    expect(({} as Record<string, unknown>).executable).toBeUndefined()
  })

  it.each<[string, Buffer, Record<string, string>, number]>([
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xc3, 0x28, 0x7d]), { 'Content-Type': JSON_TYPE }, 400],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), { 'Content-Type': JSON_TYPE }, 400],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), { 'Content-Type': JSON_TYPE }, 400],
    ['UTF-16 as it says itself', Buffer.from('{}', 'utf16le'), { 'Content-Type': `${JSON_TYPE}; charset=utf-16` }, 415],
    ['a compressed body', gzipSync('{}'), { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'gzip' }, 415],
    [
      'a compressed body that grows',
      gzipSync(Buffer.alloc(50_000_000)),
      { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'gzip, gzip' },
      415,
    ],
    ['ten million bytes', Buffer.alloc(10_000_000, 0x20), { 'Content-Type': JSON_TYPE }, 413],
    [
      'ten million bytes without a length',
      Buffer.alloc(10_000_000, 0x20),
      { 'Content-Type': JSON_TYPE, 'Transfer-Encoding': 'chunked' },
      413,
    ],
    ['YAML that is too long', Buffer.alloc(70_000, 0x20), { 'Content-Type': YAML_TYPE }, 413],
  ])('%s', async (_, bytes, headers, status) => {
    expect((await sendBytes(bytes, headers)).status).toBe(status)
  })

  it('and says what could be read instead', async () => {
    const coded = await sendBytes(gzipSync('{}'), { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'gzip' })
    expect(coded.headers).toMatchObject({ 'accept-encoding': 'identity' })
    const typed = await sendBytes(Buffer.from('x'), { 'Content-Type': 'text/csv' })
    expect(typed.headers).toMatchObject({ accept: 'application/json, application/yaml, application/xml' })
  })
})

describe('a body that is only unusual is read', () => {
  it('with a mark that it is UTF-8', async () => {
    const text = `\ufeff${JSON.stringify(containerRequest())}`
    expect((await sendBytes(Buffer.from(text), { 'Content-Type': JSON_TYPE })).status).toBe(303)
  })
  it('without a Content-Type, as JSON or YAML', async () => {
    for (const text of [JSON.stringify(containerRequest(), null, '\t'), 'executable: {kind: docker-container}']) {
      expect((await sendBytes(Buffer.from(text), {})).status).toBe(303)
    }
  })
})
