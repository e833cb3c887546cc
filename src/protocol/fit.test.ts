import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documents, text } from '../../test/support/documents.ts'
import { conform } from './conform.ts'
import { faultsOf, followsExactly } from './contract-faults.ts'
import { modernise } from './earlier-generations.ts'
import { fitRequest } from './fit.ts'
import { KIND } from './kinds.ts'

const seed = Number(process.env.BROKER_TEST_SEED ?? Date.now() % 2 ** 31)

describe('fitting the long way', () => {
  it(`leaves alone what follows exactly (seed ${seed})`, () => {
    let exactly = 0
    fc.assert(
      fc.property(documents('ExecutionRequest').map(writable).chain(spoilt), (body) => {
        if (!followsExactly('ExecutionRequest', body)) return
        exactly++
        expect(modernise('ExecutionRequest', body)).toEqual({ body, earlier: [] })
        expect(conform('ExecutionRequest', body)).toMatchObject({ value: body, unknownFields: [], unknownKinds: [] })
        expect(faultsOf('ExecutionRequest', body)).toEqual([])
      }),
      { seed, numRuns: 400 },
    )
    expect(exactly).toBeGreaterThan(80)
  })
})

describe('what is fitted', () => {
  it('is the very body where it is in the current form', () => {
    const body = { executable: { kind: KIND.dockerContainer, environment: { A: '1' } } }
    expect(followsExactly('ExecutionRequest', body)).toBe(true)
    expect(fitRequest(body).value).toBe(body)
  })
  it.each([
    ['a field that is not known', { mood: 'good' }],
    ['what only the broker writes', { executable: { kind: KIND.dockerContainer, phase: 'RUNNING' } }],
    ['nothing in the place of something', { meta: null }],
    ['an earlier form', { request: { meta: { name: 'a' } } }],
  ])('has lost or changed %s', (_, body) => {
    const { value } = fitRequest(body)
    expect(JSON.stringify(value)).not.toBe(JSON.stringify(body))
  })
})

/** A document without what only the broker writes. */
const writable = (document: unknown) => conform('ExecutionRequest', document).value

/** A document as it is, or with something else at one place. */
function spoilt(document: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(document)
  if (places.length === 0) return fc.constant(document)
  const odd = fc.oneof(fc.constantFrom(null, 0, '', [], {}, [{}], { type: 'a' }, 'state', '/phase'), text)
  const key = fc.constantFrom('type', '@type', 'name', 'request', 'volumes', 'state', '__proto__', 'uuid', 'requested')
  return fc.option(fc.tuple(fc.constantFrom(...places), key, fc.boolean(), odd), { freq: 2 }).map((change) => {
    if (!change) return document
    const copy = structuredClone(document)
    const [path, added, isNew, value] = change
    const parent = path.slice(0, -1).reduce((part, step) => (part as Record<string, unknown>)[step], copy)
    const name = isNew && !Array.isArray(parent) ? added : (path.at(-1) as string)
    Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true })
    return copy
  })
}

function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => [[...path, key], ...placesIn(part, [...path, key])])
}
