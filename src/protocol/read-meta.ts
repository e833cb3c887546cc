/** Reads the name and the description that a client gave to something. */
import type { Schemas } from './contract.ts'

/** What a client calls something. */
export interface Named {
  readonly name: string | undefined
  readonly description: string | undefined
}

/** The name and the description, without space around them; undefined where there is nothing else. */
export function readMeta(meta: Schemas['ComponentMetadata'] | undefined): Named {
  return { name: textOf(meta?.name), description: textOf(meta?.description) }
}

/** A text without space around it; undefined for an empty one. */
export function textOf(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}
