import { readdirSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { conform } from '../../src/protocol/conform.ts'
import { EARLIER_FORMS, modernise, type EarlierForm } from '../../src/protocol/earlier-generations.ts'
import { readRequest } from '../../src/protocol/read-request.ts'
import { readYaml } from '../../src/protocol/yaml-text.ts'

interface Example {
  readonly of?: EarlierForm['of']
  readonly sent: unknown
  readonly read: unknown
  /** Other forms that the example is in as well. */
  readonly alsoBy?: readonly string[]
}

const folder = new URL('earlier-generations/', import.meta.url)
const examples = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''))
const example = (name: string) => load(readFileSync(new URL(`${name}.yaml`, folder), 'utf8')) as Example

describe('a form of an earlier generation', () => {
  it('has an example each', () => {
    expect(examples.sort()).toEqual(EARLIER_FORMS.map(({ name }) => name).sort())
  })
  it.each(examples)('is read as it is today: %s', (name) => {
    const { of = 'ExecutionRequest', sent, read, alsoBy = [] } = example(name)
    const { body, earlier } = modernise(of, sent)
    expect(body).toEqual(read)
    const row = EARLIER_FORMS.find((form) => form.name === name)
    const forms = [row, ...EARLIER_FORMS.filter((form) => alsoBy.includes(form.name))].map((form) => form?.form)
    expect(earlier.map(({ form }) => form).sort()).toEqual(forms.sort())
  })
  it.each(examples)('is read by its own row and no other: %s', (name) => {
    const { of = 'ExecutionRequest', sent, read } = example(name)
    const others = EARLIER_FORMS.filter((form) => form.name !== name)
    expect(modernise(of, sent, others).body).not.toEqual(read)
  })
  it.each(examples)('leaves what is in the current form as it is: %s', (name) => {
    const { of = 'ExecutionRequest', read } = example(name)
    expect(modernise(of, read).earlier).toEqual([])
    expect(modernise(of, read).body).toEqual(read)
  })
})

describe('what looks like a number in the YAML of an earlier generation', () => {
  const kind = 'docker-container'
  it.each<[string, string, unknown]>([
    [
      'the environment as a list',
      `executable: {kind: ${kind}, environment: [{key: A, value: 1.50}, {name: 2, value: true}]}`,
      {},
    ],
    ['the environment as a map', `executable: {kind: ${kind}, environment: {A: 1.50, 2: true}}`, {}],
    ['a wrapped request', `request: {executable: {kind: ${kind}, environment: {A: 1.50, 2: true}}}`, {}],
    ['components', `components: {executable: {kind: ${kind}, environment: {A: 1.50, 2: true}}}`, {}],
    ['a flat name', `name: 5\nexecutable: {kind: ${kind}, environment: {A: 1.50, 2: true}}`, { meta: { name: '5' } }],
  ])('is a text where the contract has texts: %s', (_, text, more) => {
    const { body } = modernise('ExecutionRequest', readYaml(text, 'ExecutionRequest'))
    expect(body).toMatchObject({ executable: { environment: { A: '1.50', 2: 'true' } }, ...(more as object) })
  })
  it('is a number where the contract has numbers', () => {
    const text = 'resources: {compute: [{type: simple-compute-resource, name: 7, cores: {requested: {min: 2}}}]}'
    const { body } = modernise('ExecutionRequest', readYaml(text, 'ExecutionRequest'))
    expect(body).toMatchObject({ compute: { meta: { name: '7' }, cores: { min: 2 } } })
  })
  it('is a text in volumes beside the others', () => {
    const text = 'volumes: [{name: 1, path: 2, resource: 3}]'
    const { body } = modernise('ExecutionRequest', readYaml(text, 'ExecutionRequest'))
    expect(body).toMatchObject({ compute: { volumes: [{ path: '2', resource: '3' }] } })
  })
})

describe('a request of an earlier generation', () => {
  it('is told of what was read and how, and of what was not known', () => {
    const { sent } = example('resources-wrapper')
    const { messages } = readRequest(sent, 0, { durationMs: 1 })
    const texts = messages.map(({ text }) => text)
    expect(texts[0]).toContain('/resources')
    expect(messages[0]).toMatchObject({ name: 'earlier-schema', level: 'INFO' })
    expect(texts).toContain('The field /resources is not part of the contract and was ignored.')
  })
  it('whose kind is unknown is told which are known', () => {
    const { body } = modernise('ExecutionRequest', {
      executable: { type: 'https://www.purl.org/ivoa.net/x/abacus-1.0' },
    })
    expect(conform('ExecutionRequest', body).unknownKinds).toMatchObject([{ pointer: '/executable/kind' }])
  })
})

describe('a request with more unknown fields than anybody reads', () => {
  it('names some and counts the others', () => {
    const fields = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`field${index}`, 1]))
    const { messages } = readRequest(fields, 0, { durationMs: 1 })
    expect(messages.filter(({ name }) => name === 'unknown-field')).toHaveLength(20)
    expect(messages.find(({ name }) => name === 'unknown-fields-more')?.values).toEqual({ count: 30 })
  })
})
