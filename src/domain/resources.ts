/** What is counted and booked. */

/** The resources of a pool. Memory and storage are counted in GiB. */
export const RESOURCES = ['cores', 'memory', 'storage', 'accelerators'] as const
export type Resource = (typeof RESOURCES)[number]

/** Those that a program has while it runs; they are free as soon as it has ended. */
export const COMPUTE_RESOURCES = ['cores', 'memory', 'accelerators'] as const satisfies readonly Resource[]

/** An amount of each resource: whole numbers, memory and storage in GiB. */
export type Amounts = Readonly<Record<Resource, number>>

/** A resource in words for a message, in the plural. */
export const RESOURCE_WORDS: Readonly<Record<Resource, string>> = {
  cores: 'cores',
  memory: 'GiB of memory',
  storage: 'GiB of storage',
  accelerators: 'accelerators',
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
