/** Reads the name and the description that a client gave to something. */
import type { Schemas } from './contract.ts'

/** The name and the description, without space around them; what is empty is not there. */
export function readMeta(meta: Schemas['ComponentMetadata'] | undefined): { name?: string; description?: string } {
  const name = textOf(meta?.name)
  const description = textOf(meta?.description)
  if (description) return name ? { name, description } : { description }
  return name ? { name } : {}
}

/** A text without space around it; undefined for an empty one. */
export function textOf(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}
