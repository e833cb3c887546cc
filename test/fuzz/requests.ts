/** Random requests for offers, and what the contract says of each: valid, changed at random, and meant to do harm. */
import fc from 'fast-check'
import { isBrokerError } from '../../src/domain/errors.ts'
import { checkBody } from '../../src/protocol/body-limits.ts'
import { conform } from '../../src/protocol/conform.ts'
import { faultsOf } from '../../src/protocol/contract-faults.ts'
import { modernise } from '../../src/protocol/earlier-generations.ts'
import { NOTATIONS, type Notation } from '../../src/protocol/notation.ts'
import { documents, text } from '../support/documents.ts'

/** One request to be sent, and the statuses that may come. */
export interface Shot {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly statuses: readonly number[]
}

const ANY_REFUSAL = [400, 413, 415] as const
const notation = fc.constantFrom(...NOTATIONS)
const accept = fc.constantFrom('*/*', 'application/json', 'text/yaml', 'application/xml', 'text/plain, */*;q=0.1')

/** Values that a field does not expect. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1.5,
    1e30,
    1e308,
    [],
    {},
    [[]],
    { kind: 5 },
    'a\0b',
    '\ud800',
    'x'.repeat(10_000),
  ),
  fc.constantFrom(
    'simple-data-resource',
    'https://www.purl.org/ivoa.net/EB/schema/types/executables/docker-container-1.0',
  ),
  fc.jsonValue({ maxDepth: 3 }),
)
const key = fc.oneof(
  text,
  fc.constantFrom(
    'type',
    '@type',
    'name',
    'uuid',
    'resources',
    'volumes',
    'requested',
    'environment',
    'update',
    'kind',
  ),
)
const change = fc.record({ at: fc.nat(), what: fc.constantFrom('replace', 'remove', 'add', 'repeat'), key, junk })

/** A valid document, in any notation. */
const valid = fc
  .record({ document: documents('ExecutionRequest'), notation, accept })
  .map(({ document, notation: one, accept: type }) => shot(one, type, write(one, document), [303]))

/** A valid document with some fields changed; what the validator of the contract says of it is what has to come. */
const mutated = fc
  .record({
    document: documents('ExecutionRequest'),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    notation,
    accept,
  })
  .map(({ document, changes, notation: one, accept: type }) => {
    const changed = changes.reduce<unknown>(
      (part, { at, what, key: name, junk: value }) => mutate(part, at, what, name, value),
      document,
    )
    const body = write(one, changed)
    return shot(one, type, body, [expectedStatus(one, body)])
  })

/** The text of a document with bytes changed, cut, repeated, or called something else. */
const hostile = fc
  .record({
    document: documents('ExecutionRequest'),
    notation,
    called: notation,
    accept,
    at: fc.nat(),
    length: fc.nat(200),
    bytes: fc.uint8Array({ maxLength: 12 }),
    times: fc.constantFrom(1, 1, 1, 50, 3000),
  })
  .map(({ document, notation: one, called, accept: type, at, length, bytes, times }) => {
    const whole = write(one, document)
    const place = at % (whole.length + 1)
    const inserted = Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes)))
    const body = Buffer.concat([whole.subarray(0, place), inserted, whole.subarray(place + length)])
    return shot(called, type, body, [303, ...ANY_REFUSAL])
  })

/** Anything else that can be asked, with odd words in the path, the query and the headers. */
const odd = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'),
    path: fc.constantFrom(
      '/offersets',
      '/executions',
      '/sessions',
      '/requests',
      '/direct',
      '/executions/x',
      '/streams/x/stdout',
      '/health/live',
      '/openapi.json',
      '/data/%00',
      '/executions/00000000-0000-7000-8000-000000000000',
      '/offersets/00000000-0000-7000-8000-000000000000/x',
    ),
    query: fc.array(
      fc.tuple(fc.constantFrom('PHASE', 'LAST', 'AFTER', 'cursor', 'name', 'WAIT', 'follow', 'x'), text),
      { maxLength: 3 },
    ),
    headers: fc.dictionary(
      fc.constantFrom(
        'Accept',
        'Prefer',
        'Range',
        'Last-Event-ID',
        'If-None-Match',
        'Idempotency-Key',
        'X-Request-Id',
        'Forwarded',
        'Authorization',
        'Content-Type',
      ),
      fc
        .oneof(
          text,
          fc.constantFrom('*/*', 'offers=1e9', 'bytes=9-1', 'W/"x"', 'Bearer x', 'Basic !!', 'application/json'),
        )
        .map(inHeader),
      { maxKeys: 3 },
    ),
    body: fc.option(
      fc.oneof(
        text,
        documents('Update').map((one) => JSON.stringify(one)),
      ),
      { nil: undefined },
    ),
  })
  .map(({ method, path, query, headers, body }): Shot => {
    const words = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
    const hasBody = body !== undefined && !['GET', 'HEAD'].includes(method)
    return {
      method,
      path: words ? `${path}?${words}` : path,
      headers,
      ...(hasBody ? { body: Buffer.from(body) } : {}),
      statuses: [],
    }
  })

/** Random shots. Those without statuses may be answered with anything but a failure of the broker. */
export const shots: fc.Arbitrary<Shot> = fc.oneof(
  { weight: 3, arbitrary: valid },
  { weight: 4, arbitrary: mutated },
  { weight: 4, arbitrary: hostile },
  { weight: 2, arbitrary: odd },
)

function shot({ mediaTypes }: Notation, type: string, body: Buffer, statuses: readonly number[]): Shot {
  return {
    method: 'POST',
    path: '/offersets',
    headers: { 'Content-Type': mediaTypes[0] as string, Accept: type },
    body,
    statuses,
  }
}

function write(one: Notation, document: unknown): Buffer {
  return Buffer.from(one.write(document, 'ExecutionRequest'))
}

/** What the contract says of a body: 303 when it follows it, otherwise the status of the refusal. */
function expectedStatus(one: Notation, body: Buffer): number {
  if (body.length > one.bytesMax) return 413
  try {
    const read = one.read(body.toString(), 'ExecutionRequest')
    checkBody(read)
    const { value } = conform('ExecutionRequest', modernise('ExecutionRequest', read).body, { isLenient: true })
    return faultsOf('ExecutionRequest', value).length > 0 ? 400 : 303
  } catch (error) {
    if (isBrokerError(error, 'TOO_LARGE')) return 413
    if (isBrokerError(error)) return 400
    throw error
  }
}

/** A copy with one change at one of its maps and lists. */
function mutate(document: unknown, at: number, what: string, name: string, value: unknown): unknown {
  const copy: unknown = structuredClone(document)
  const places: object[] = []
  const collect = (part: unknown) => {
    if (typeof part !== 'object' || part === null) return
    places.push(part)
    Object.values(part).forEach(collect)
  }
  collect(copy)
  const place = places[at % Math.max(1, places.length)]
  if (!place) return value
  const keys = Object.keys(place)
  const chosen = keys[at % Math.max(1, keys.length)] ?? name
  if (what === 'remove') Reflect.deleteProperty(place, chosen)
  else if (what === 'repeat' && Array.isArray(place)) place.push(...(structuredClone(place) as unknown[]))
  else if (Array.isArray(place) && keys.length === 0) place.push(value)
  else
    Object.defineProperty(place, what === 'add' && !Array.isArray(place) ? name : chosen, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return Array.isArray(copy) ? (copy as unknown[]).filter((one) => one !== undefined) : copy
}

/** A text as the value of a header: a client cannot send others. */
function inHeader(word: string): string {
  return word.replace(/[^\t\x20-\x7e]/g, '?').trim()
}
