/**
 * Identifiers. Those that reach a client are UUIDs of version 7, so that the newest rows stand together in an index.
 *
 * The last three hex digits of an execution's id are zero, and its components are numbered in them. That makes the URL
 * of a component (`/compute/{uuid}`) lead to its execution without a table or an index of components.
 */
import { v7 } from 'uuid'

export type OfferSetId = string & { readonly brand: 'OfferSetId' }
export type ExecutionId = string & { readonly brand: 'ExecutionId' }
export type ComponentId = string & { readonly brand: 'ComponentId' }

/** Makes ids. Time and randomness are passed in, so that a test can repeat what it saw. */
export interface IdSource {
  offerSet(): OfferSetId
  execution(): ExecutionId
  /** An id for anything else. */
  uuid(): string
}

/** The most components one execution can have: what three hex digits can number, without the zero of the execution. */
export const COMPONENTS_MAX = 0xfff

/** An id source from a clock (milliseconds since 1970) and, for tests, a source of 16 random bytes. */
export function idSource(now: () => number, randomBytes?: () => Uint8Array): IdSource {
  const uuid = () => v7({ msecs: now(), ...(randomBytes ? { random: randomBytes() } : {}) })
  return {
    uuid,
    offerSet: () => uuid() as OfferSetId,
    execution: () => `${uuid().slice(0, -3)}000` as ExecutionId,
  }
}

/** The id of the `index`-th component (from 0) of an execution. */
export function componentId(execution: ExecutionId, index: number): ComponentId {
  if (index < 0 || index >= COMPONENTS_MAX) throw new RangeError(`component index ${index} is out of range`)
  return `${execution.slice(0, -3)}${(index + 1).toString(16).padStart(3, '0')}` as ComponentId
}

/** The execution that a component belongs to, and its index there; undefined when the id is not of a component. */
export function executionOfComponent(id: string): { execution: ExecutionId; index: number } | undefined {
  const index = Number.parseInt(id.slice(-3), 16) - 1
  if (Number.isNaN(index) || index < 0) return undefined
  return { execution: `${id.slice(0, -3)}000` as ExecutionId, index }
}

/** An id that none is smaller than of those made at an instant or later. */
export function lowestIdAt(instant: number): string {
  const time = Math.max(0, instant).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

/** When a UUID of version 7 was made, in milliseconds since 1970; undefined for other text. */
export function madeAtOf(id: string): number | undefined {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined
}

/** True for text that has the form of a UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
}
