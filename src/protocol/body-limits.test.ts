import { describe, expect, it } from 'vitest'
import { BrokerError } from '../domain/errors.ts'
import { checkBody, VALUES_MAX, XML_PARTS_MAX, YAML_MARKS_MAX } from './body-limits.ts'
import { requestSchemas } from './operations.ts'
import { KIND } from './kinds.ts'
import { readXml } from './xml/read-xml.ts'
import { readYaml } from './yaml-text.ts'

function failure(body: unknown): BrokerError | undefined {
  try {
    checkBody(body)
  } catch (error) {
    if (error instanceof BrokerError) return error
    throw error
  }
  return undefined
}

describe('a body', () => {
  it.each<[string, unknown, string]>([
    ['NUL in a text', { meta: { name: 'a\0b' } }, '/meta/name'],
    ['NUL in a name', { environment: { 'A\0': 'b' } }, '/environment'],
    ['half a surrogate pair', { command: ['ok', '\ud800'] }, '/command/1'],
    ['the other half', { a: { 'b/c': '\udc00x' } }, '/a/b~1c'],
    ['a number without an end', { cores: { min: Infinity } }, '/cores/min'],
    ['no number', [Number.NaN], '/0'],
  ])('with %s is refused at its place', (_, body, pointer) => {
    const error = failure(body)
    expect(error?.code).toBe('BAD_REQUEST')
    expect(error?.faults.map((fault) => 'pointer' in fault && fault.pointer)).toEqual([pointer])
  })
  it('of whole characters is accepted', () => {
    expect(failure({ a: '😀\u0001\u2028\uffff', b: [1e300, -0, null, true] })).toBeUndefined()
  })
  it('names no more faults than anybody reads', () => {
    expect(failure(Array.from({ length: 500 }, () => '\0'))?.faults).toHaveLength(20)
  })
  it('with too many values is too large', () => {
    expect(failure(Array.from({ length: VALUES_MAX }, () => 1))?.code).toBe('TOO_LARGE')
    expect(failure(Array.from({ length: VALUES_MAX - 1 }, () => 1))).toBeUndefined()
  })
  it('that is nested too deeply is refused', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 51; depth++) deep = { a: deep }
    expect(failure(deep)?.code).toBe('BAD_SYNTAX')
  })
})

describe('the reader of a notation', () => {
  const xml = (elements: number) => `<offers-request>${'<a/>'.repeat(elements - 1)}</offers-request>`
  const yaml = (marks: number) => `[${'1,'.repeat(marks - 1)}1]`

  it('takes as many parts as it has time for, and no more', () => {
    expect(() => readXml(xml(XML_PARTS_MAX), 'ExecutionRequest')).not.toThrow()
    expect(() => readXml(xml(XML_PARTS_MAX + 1), 'ExecutionRequest')).toThrow(`more than ${XML_PARTS_MAX} elements`)
    expect(readYaml(yaml(YAML_MARKS_MAX))).toHaveLength(YAML_MARKS_MAX)
    expect(() => readYaml(yaml(YAML_MARKS_MAX + 1))).toThrow(`more than ${YAML_MARKS_MAX} lines`)
  })
  it('takes the largest environment that the contract has', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `VARIABLE_${index}`)
    const value = 'https://example.org:8443/a,b'
    const start = `executable: {kind: ${KIND.dockerContainer}, environment: `
    const xml = names.map((name) => `<entry><name>${name}</name><value>${value}</value></entry>`).join('')
    const read = [
      readYaml(`${start}{${names.map((name) => `"${name}":"${value}"`).join()}}}`, 'ExecutionRequest'),
      readYaml(
        `executable:\n kind: ${KIND.dockerContainer}\n environment:\n${names.map((name) => `  ${name}: '${value}'`).join('\n')}\n`,
        'ExecutionRequest',
      ),
      readXml(
        `<offers-request><executable kind="${KIND.dockerContainer}"><environment>${xml}</environment></executable></offers-request>`,
        'ExecutionRequest',
      ),
    ] as { executable: { environment: object } }[]
    for (const { executable } of read) expect(Object.keys(executable.environment)).toHaveLength(1_000)
  })
  it('counts the attributes of all elements together', () => {
    const one = `<a ${Array.from({ length: 49 }, (_, n) => `a${n}=""`).join(' ')}/>`
    expect(() => readXml(`<offers-request>${one.repeat(100)}</offers-request>`, 'ExecutionRequest')).not.toThrow()
    expect(() => readXml(`<offers-request>${one.repeat(150)}</offers-request>`, 'ExecutionRequest')).toThrow(
      'more than',
    )
  })
})

it('what clients send is known before the first of them does, so that its validators can be made', () => {
  expect(requestSchemas()).toEqual(expect.arrayContaining(['ExecutionRequest', 'Update']))
})
