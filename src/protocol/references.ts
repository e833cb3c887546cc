/** References inside one request: a `meta.name` or `meta.uuid` that the client chose leads to a resource. */
import type { VolumeTarget } from '../domain/execution-request.ts'
import type { Schemas } from './contract.ts'

/** A resource that can be referred to. */
export interface Referable extends VolumeTarget {
  readonly name: string | undefined
  readonly uuid: string | undefined
}

/** A resource by the words that lead to it. */
export function referable(
  family: VolumeTarget['family'],
  index: number,
  meta: Schemas['ComponentMetadata'] | undefined,
): Referable {
  return { family, index, name: meta?.name?.trim() || undefined, uuid: meta?.uuid?.trim() || undefined }
}

/** The resource that a reference leads to, or why it leads to none. A word that is both a name and a UUID is compared as both. */
export function resolveReference(
  reference: string | undefined,
  targets: readonly Referable[],
): Referable | 'none' | 'several' {
  const word = reference?.trim()
  const found = targets.filter(
    (target) => word !== undefined && word !== '' && (target.name === word || target.uuid === word),
  )
  if (found.length > 1) return 'several'
  return found[0] ?? 'none'
}
