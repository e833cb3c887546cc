/** Writes the model as VO-DML 1.0 (https://www.ivoa.net/documents/VODML/). */
import type { Member, ModelType } from './model.ts'

/** What the model says of itself. */
export interface ModelFacts {
  readonly version: string
  /** As `2026-11-24T00:00:00`. */
  readonly lastModified: string
  readonly description: string
}

const NAME = 'execution-broker'
/** The order in which the schema of VO-DML wants them, with their elements. */
const SORTS = [
  ['primitive', 'primitiveType'],
  ['enumeration', 'enumeration'],
  ['data', 'dataType'],
  ['object', 'objectType'],
] as const
const UNBOUNDED = -1

/** The document. */
export function writeVoDml(types: readonly ModelType[], facts: ModelFacts): string {
  const body = SORTS.flatMap(([sort, element]) =>
    types.filter((type) => type.sort === sort).flatMap((type) => typeLines(type, element)),
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!-- Generated from openapi/ by `npm run model`. Do not edit. -->',
    '<vo-dml:model xmlns:vo-dml="http://www.ivoa.net/xml/VODML/v1" vodmlVersion="1.0">',
    `  <name>${NAME}</name>`,
    `  <description>${escaped(facts.description)}</description>`,
    `  <uri>urn:ivoa:execution-broker:model</uri>`,
    '  <title>Execution Broker</title>',
    `  <version>${facts.version}</version>`,
    `  <lastModified>${facts.lastModified}</lastModified>`,
    '  <import>',
    '    <name>ivoa</name>',
    '    <version>1.0</version>',
    '    <url>https://www.ivoa.net/xml/VODML/IVOA-v1.vo-dml.xml</url>',
    '  </import>',
    ...body,
    '</vo-dml:model>',
    '',
  ].join('\n')
}

function typeLines(type: ModelType, element: string): string[] {
  const extended = type.extends ? [`    <extends>${refTo(type.extends)}</extends>`] : []
  return [
    `  <${element}${type.abstract ? ' abstract="true"' : ''}>`,
    ...identified(type.name, type.name, type.description, '    '),
    ...extended,
    ...type.literals.flatMap((literal) => [
      '    <literal>',
      ...identified(`${type.name}.${literalName(literal)}`, literalName(literal), literal, '      '),
      '    </literal>',
    ]),
    ...type.members.flatMap((member) => memberLines(type, member)),
    `  </${element}>`,
  ]
}

function memberLines(type: ModelType, member: Member): string[] {
  const element = member.composed ? 'composition' : 'attribute'
  return [
    `    <${element}>`,
    ...identified(`${type.name}.${member.name}`, member.name, member.description, '      '),
    `      <datatype>${refTo(member.type)}</datatype>`,
    '      <multiplicity>',
    `        <minOccurs>${member.optional ? 0 : 1}</minOccurs>`,
    `        <maxOccurs>${member.many ? UNBOUNDED : 1}</maxOccurs>`,
    '      </multiplicity>',
    `    </${element}>`,
  ]
}

function identified(id: string, name: string, description: string | undefined, indent: string): string[] {
  return [
    `${indent}<vodml-id>${id}</vodml-id>`,
    `${indent}<name>${name}</name>`,
    `${indent}<description>${escaped(description ?? '')}</description>`,
  ]
}

const refTo = (type: string) => `<vodml-ref>${type.includes(':') ? type : `${NAME}:${type}`}</vodml-ref>`

/** A value of the wire as a name of VO-DML; the value itself is the description. */
export const literalName = (literal: string) => literal.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_')

function escaped(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
