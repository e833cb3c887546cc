/** Facts that a client can see in a request without asking the broker. */
import { readYaml } from '../protocol/yaml-text.ts'
import type { RequestDocument } from './broker-client.ts'

/** True if a request names a start itself, so that its offers start when they were wanted to. The broker has read the text before. */
export function asksForStart({ text, mediaType }: RequestDocument): boolean {
  const body = (mediaType === 'application/json' ? JSON.parse(text) : readYaml(text)) as {
    readonly schedule?: { readonly requested?: { readonly start?: unknown } | null } | null
  } | null
  return (body?.schedule?.requested?.start ?? undefined) !== undefined
}
