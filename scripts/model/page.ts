/** Writes the model as a page for people. */
import type { Member, ModelType } from './model.ts'

const SORTS = {
  primitive: 'Primitive type',
  enumeration: 'Enumeration',
  data: 'Data type',
  object: 'Object type',
} as const

/** The page as Markdown. */
export function writeModelPage(types: readonly ModelType[]): string {
  return [
    '<!-- Generated from openapi/ by `npm run model`. Do not edit. -->',
    '# The data model',
    '',
    'Every type of the contract, as [model/execution-broker.vo-dml.xml](../model/execution-broker.vo-dml.xml) has it in',
    'VO-DML 1.0. Types that begin with `ivoa:` are those of the base model of the IVOA. A choice by `kind` is an abstract',
    'type that its kinds extend; a map is a list of entries.',
    '',
    ...types.flatMap(section),
  ].join('\n')
}

function section(type: ModelType): string[] {
  const { name, description, literals, members } = type
  const sort = `${type.abstract ? 'Abstract ' : ''}${type.abstract ? SORTS[type.sort].toLowerCase() : SORTS[type.sort]}`
  return [
    `## ${name}`,
    '',
    `${sort}${type.extends ? `, extends ${linked(type.extends)}` : ''}.${description ? ` ${oneLine(description)}` : ''}`,
    '',
    ...(literals.length > 0 ? [`Values: ${literals.map((literal) => `\`${literal}\``).join(', ')}.`, ''] : []),
    ...(members.length > 0
      ? ['| Name | Type | How many | Meaning |', '|---|---|---|---|', ...members.map(row), '']
      : []),
  ]
}

function row({ name, type, optional, many, description }: Member): string {
  const most = many ? 'any number' : '1'
  return `| \`${name}\` | ${linked(type)} | ${optional ? '0' : '1'} to ${most} | ${oneLine(description ?? '')} |`
}

const linked = (type: string) => (type.includes(':') ? `\`${type}\`` : `[${type}](#${type.toLowerCase()})`)
const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
