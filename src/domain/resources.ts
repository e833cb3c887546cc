/** What is counted and booked. */

/** The resources of a pool. Memory and storage are counted in GiB. */
export const RESOURCES = ['cores', 'memory', 'storage'] as const
export type Resource = (typeof RESOURCES)[number]

/** An amount of each resource: whole numbers, memory and storage in GiB. */
export type Amounts = Readonly<Record<Resource, number>>

/** A resource in words for a message, in the plural. */
export const RESOURCE_WORDS: Readonly<Record<Resource, string>> = {
  cores: 'cores',
  memory: 'GiB of memory',
  storage: 'GiB of storage',
}

/** What a client asks for: at least `min`, never more than `max`; without a `max` exactly `min` is offered. */
export interface Range {
  readonly min: number
  readonly max: number
}

export const BYTES_PER_GIB = 2 ** 30

/** The GiB that hold so many bytes, rounded up. */
export function gibFor(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_GIB)
}
