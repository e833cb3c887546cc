/** Answers that no good server gives, as they are on the wire and as values. */
import { gzipSync } from 'node:zlib'
import { httpAnswer } from './breaking-server.ts'

/** A list that holds a list that holds a list, deeper than what calls itself for each can follow. */
const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`

/** Values that are none of those that are meant; the one before the last cannot be made a text of. */
export const WRONG: readonly unknown[] = [
  ...[null, true, -1, 1e308, 0.5, 'text', 'x'.repeat(100_000), '', [], [null], {}, { a: 1 }],
  { toString: null, valueOf: null },
  JSON.parse(DEEP),
]

/** The mark in a document for the value that `JSON.stringify` cannot write. */
const DEEP_MARK = 'the deep list'
/** A value as JSON, also one of those. */
export function strangeJson(value: unknown): string {
  const marked = JSON.stringify(value, (_, inner: unknown) => (inner === WRONG.at(-1) ? DEEP_MARK : inner))
  return marked.replace(`"${DEEP_MARK}"`, DEEP)
}

/** A value with each of its fields, at any depth, taken away or turned into something else; and something else entirely. */
export function* variants(value: unknown): Generator<unknown> {
  yield* WRONG
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const put = (other: unknown) =>
      Array.isArray(value)
        ? value.map((one: unknown, index) => (String(index) === name ? other : one))
        : { ...value, [name]: other }
    yield put(undefined)
    for (const other of variants(inner)) yield put(other)
  }
}

const JSON_TYPE = 'Content-Type: application/json'
const CLOSE = 'Connection: close'
const sized = (body: string | Buffer, ...headers: string[]) =>
  httpAnswer([JSON_TYPE, CLOSE, ...headers, `Content-Length: ${Buffer.byteLength(body)}`], body)
/** More than any answer to the broker is long. */
const LONG = 5 * 1_048_576

/** Whole answers by what is strange about them. */
export const STRANGE_ANSWERS: Readonly<Record<string, Buffer>> = {
  'no HTTP': Buffer.from('\x00\x01 220 mail.example.org ESMTP\r\n\r\n'),
  'another protocol': httpAnswer(['Upgrade: h2c', 'Connection: Upgrade'], '', '101 Switching Protocols'),
  'a status that is none': httpAnswer([CLOSE, 'Content-Length: 0'], '', '999 Beyond'),
  'no content': httpAnswer([CLOSE], '', '204 No Content'),
  'nothing new': httpAnswer([CLOSE], '', '304 Not Modified'),
  'a part': httpAnswer([CLOSE, 'Content-Range: bytes 5-1/0', 'Content-Length: 1'], '{', '206 Partial Content'),
  'another place': httpAnswer([CLOSE, 'Location: http://127.0.0.1:1/', 'Content-Length: 0'], '', '302 Found'),
  'a challenge that is none': httpAnswer(
    [CLOSE, `WWW-Authenticate: Bearer ${'realm="\\'.repeat(500)}`, 'Content-Length: 0'],
    '',
    '401 Unauthorized',
  ),
  'a challenge for elsewhere': httpAnswer(
    [CLOSE, 'WWW-Authenticate: Bearer realm="ftp://127.0.0.1/token"', 'Content-Length: 0'],
    '',
    '401 Unauthorized',
  ),
  'too many requests': httpAnswer([CLOSE, 'Retry-After: -1e400', 'Content-Length: 0'], '', '429 Too Many Requests'),
  'a failure': httpAnswer([CLOSE, 'Content-Length: 0'], '', '500 Internal Server Error'),
  'a huge header': httpAnswer([CLOSE, `X-Huge: ${'x'.repeat(100_000)}`, 'Content-Length: 2'], '{}'),
  'many headers': httpAnswer(
    [CLOSE, ...Array.from({ length: 3_000 }, (_, n) => `X-${n}: y`), 'Content-Length: 2'],
    '{}',
  ),
  'two lengths': httpAnswer([CLOSE, 'Content-Length: 2', 'Content-Length: 3'], '{}\n'),
  'a length and chunks': httpAnswer([CLOSE, 'Content-Length: 2', 'Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'),
  'a length that is none': httpAnswer([CLOSE, 'Content-Length: many'], '{}'),
  'a chunk of no size': httpAnswer([CLOSE, 'Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'),
  'compressed bytes that are not': sized('{}', 'Content-Encoding: gzip'),
  'bytes that unpack to many': sized(gzipSync(Buffer.alloc(LONG, ' ')), 'Content-Encoding: gzip'),
  nothing: sized(''),
  'a page': sized('<!doctype html><html><body>Please log in.</body></html>'),
  'half a document': sized('{"issuer":"'),
  'no text': sized(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x7b])),
  'a document that is deep': sized(DEEP),
  'a document that is long': sized(`"${'x'.repeat(LONG)}"`),
  'lines without end': sized('group\n'.repeat(LONG / 6)),
  'a prototype': sized('{"__proto__":{"token":"x"},"constructor":null,"toString":1}'),
}
