/** The data model in VO-DML is valid, and has everything of the contract in it. */
import { readFileSync } from 'node:fs'
import { XmlDocument, type XmlElement } from 'libxml2-wasm'
import { describe, expect, it } from 'vitest'
import { modelOf, type Schema } from '../scripts/model/model.ts'
import { literalName, writeVoDml } from '../scripts/model/vo-dml.ts'
import { CONTRACT } from '../src/protocol/contract.ts'
import { faultsBySchema } from './support/xsd.ts'

const NAMESPACE = 'http://www.ivoa.net/xml/VODML/v1'
const document = readFileSync('model/execution-broker.vo-dml.xml', 'utf8')
const base = readFileSync('test/fixtures/xsd/IVOA-v1.0.vo-dml.xml', 'utf8')
const schemas = CONTRACT.components.schemas as Readonly<Record<string, Schema>>

/** The texts of all elements that an XPath finds. */
function textsIn(xml: string, path: string): string[] {
  using parsed = XmlDocument.fromString(xml)
  return parsed.find(path).map((node) => (node as XmlElement).content)
}
const faultsOf = (xml: string) => faultsBySchema(xml, { [NAMESPACE]: 'vo-dml-v1.0.xsd' })

describe('the data model', () => {
  it('is valid VO-DML', () => {
    expect(faultsOf(document)).toEqual([])
  })
  it('would not be with a type that has no name', () => {
    expect(faultsOf(document.replace(/<name>Execution<\/name>/, ''))).not.toEqual([])
  })
  it('refers to nothing but itself and the base model of the IVOA', () => {
    const known = new Set([
      ...textsIn(document, '//vodml-id').map((id) => `execution-broker:${id}`),
      ...textsIn(base, '//vodml-id').map((id) => `ivoa:${id}`),
    ])
    const references = textsIn(document, '//vodml-ref')
    expect(references.length).toBeGreaterThan(300)
    expect(references.filter((reference) => !known.has(reference))).toEqual([])
  })
  it('names nothing twice', () => {
    const ids = textsIn(document, '//vodml-id')
    expect(new Set(ids).size).toBe(ids.length)
  })
  it('has every type and property of the contract, as optional as the contract says', () => {
    const types = new Map(modelOf(schemas).map((type) => [type.name, type]))
    for (const [name, { properties = {}, required = [], enum: values = [], description }] of Object.entries(schemas)) {
      const type = types.get(name)
      expect(type, name).toBeDefined()
      expect(type?.description).toBe(description)
      expect(type?.literals).toEqual(values)
      expect(type?.members.map((member) => member.name)).toEqual(Object.keys(properties))
      for (const member of type?.members ?? []) {
        expect(member.optional, `${name}.${member.name}`).toBe(!required.includes(member.name))
        const ids = textsIn(document, `//vodml-id[.='${name}.${member.name}']`)
        expect(ids, `${name}.${member.name}`).toHaveLength(1)
      }
    }
  })
  it('is composed of object types and has attributes of value types only', () => {
    const types = modelOf(schemas)
    const objects = new Set(types.filter(({ sort }) => sort === 'object').map(({ name }) => name))
    for (const { name, sort, members } of types)
      for (const member of members) {
        expect(objects.has(member.type), `${name}.${member.name}`).toBe(member.composed)
        if (sort === 'data') expect(member.composed, `${name}.${member.name}`).toBe(false)
      }
  })
})

describe('writing', () => {
  it('makes names of values that are none', () => {
    expect(literalName('access-token')).toBe('access_token')
    expect(literalName('2d')).toBe('_2d')
  })
  it('escapes what XML would read as its own', () => {
    const type = {
      name: 'A',
      description: 'a < b & c',
      sort: 'data',
      abstract: false,
      extends: undefined,
      literals: [],
      members: [],
    } as const
    const xml = writeVoDml([type], { version: '1', lastModified: '2026-11-24T00:00:00', description: 'x' })
    expect(xml).toContain('a &lt; b &amp; c')
    expect(faultsOf(xml)).toEqual([])
  })
})
