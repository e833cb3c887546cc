import { describe, expect, it } from 'vitest'
import { conform, faultsOfConformed } from './conform.ts'
import { KIND } from './kinds.ts'

const file = { kind: KIND.simpleData, location: 'http://example.org/a' }
const newer = { kind: 'https://example.org/kinds/data/newer.yaml', location: 5 }

describe('what is conformed', () => {
  it('is the very same where there is nothing to leave out', () => {
    const request = { data: [file], executable: { kind: KIND.dockerContainer, environment: { A: '1' } } }
    expect(conform('ExecutionRequest', request)).toMatchObject({ value: request, unknownFields: [], unknownKinds: [] })
  })
  it('names what is not known by its place in what the client sent', () => {
    const { value, unknownFields, unknownKinds } = conform('ExecutionRequest', {
      data: [newer, { ...file, 'a/b': 1, meta: { mood: 'good' } }],
    })
    expect(value).toEqual({ data: [{ ...file, meta: {} }] })
    expect(unknownFields).toEqual(['/data/1/a~1b', '/data/1/meta/mood'])
    expect(unknownKinds).toMatchObject([{ pointer: '/data/0/kind', kind: newer.kind }])
  })
  it('names faults by their place there too, behind parts that were left out', () => {
    const conformed = conform('ExecutionRequest', {
      data: [newer, file, newer, { ...file, location: 5 }],
      storage: [{ kind: KIND.simpleStorage, size: { min: 'much' } }],
    })
    const pointers = faultsOfConformed('ExecutionRequest', conformed).map(
      (fault) => 'pointer' in fault && fault.pointer,
    )
    expect(pointers.sort()).toEqual(['/data/3/location', '/storage/0/size/min'])
  })
  it('names no more than anybody reads, and counts the others', () => {
    const fields = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`field${index}`, 1]))
    const data = Array.from({ length: 50 }, () => newer)
    const { unknownFields, moreUnknownFields, unknownKinds } = conform('ExecutionRequest', { ...fields, data })
    expect([unknownFields.length, moreUnknownFields, unknownKinds.length]).toEqual([20, 30, 20])
  })
  it('does not look into a list that the contract has no room for', () => {
    const costs = Array.from({ length: 101 }, () => ({ kind: 'unknown' }))
    const { value, unknownKinds } = conform('ExecutionRequest', { costs })
    expect([value, unknownKinds]).toEqual([{ costs }, []])
  })
  it('takes no name for a word of the language', () => {
    const environment = JSON.parse('{"__proto__":"a","constructor":"b"}') as object
    const { value } = conform('ExecutionRequest', { executable: { kind: KIND.dockerContainer, environment } })
    const kept = (value as { executable: { environment: object } }).executable.environment
    expect(Object.entries(kept)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype)
  })
})
