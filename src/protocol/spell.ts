/**
 * The spelling of the published v1.0 schema: its words for an execution, and exactly its fields.
 *
 * Clients that were generated from that schema refuse a field that it does not have, so what the contract marks as an
 * addition is left out there.
 */
import type { Spelling } from '../domain/spelling.ts'
import { resolveSchema, schemaNamed, type Schema, type SchemaName, type Schemas } from './contract.ts'
import { KIND } from './kinds.ts'
import type { Link } from './present.ts'

/** What executions are called in a path and in a list. */
export const EXECUTIONS: Readonly<Record<Spelling, 'executions' | 'sessions'>> = {
  own: 'executions',
  published: 'sessions',
}

/** The path of an execution. */
export const executionPath = (spelling: Spelling, id: string) => `/${EXECUTIONS[spelling]}/${id}`

/** An execution in the published spelling. */
export function publishedExecution(execution: Schemas['Execution'], link: Link): Schemas['ExecutionSession'] {
  const { uuid } = execution.meta
  const session = {
    ...execution,
    kind: execution.schedule ? KIND.scheduledSession : KIND.simpleSession,
    meta: { ...execution.meta, ...(uuid ? { url: link(executionPath('published', uuid)) } : {}) },
  }
  return withoutAdditions('ExecutionSession', session) as Schemas['ExecutionSession']
}

/** An offer set in the published spelling; its offers are in it already. */
export function publishedOfferSet(offerSet: Schemas['OfferSet']): Schemas['OfferSet'] {
  return withoutAdditions('OfferSet', offerSet) as Schemas['OfferSet']
}

/** A value with those fields only that its schema has and does not mark as an addition. */
function withoutAdditions(name: SchemaName, value: unknown): unknown {
  return strip(schemaNamed(name), value)
}

function strip(schema: Schema, value: unknown): unknown {
  const resolved = resolveSchema(schema)
  const { items } = resolved
  if (Array.isArray(value)) return items ? value.map((item) => strip(items, item)) : value
  if (typeof value !== 'object' || value === null) return value
  const { properties } = branchFor(resolved, value)
  if (!properties) return value
  const kept = Object.entries(value).flatMap(([key, part]) => {
    const known = properties[key]
    return known && !known['x-addition'] ? [[key, strip(known, part)] as const] : []
  })
  return Object.fromEntries(kept)
}

function branchFor(schema: Schema, value: object): Schema {
  if (!schema.discriminator) return schema
  const kind = (value as { kind?: string }).kind ?? ''
  const target = schema.discriminator.mapping[kind]
  if (!target) throw new Error(`the contract has no ${kind} here`)
  return resolveSchema({ $ref: target })
}
