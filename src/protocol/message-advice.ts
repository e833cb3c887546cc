/** Advice on a message, by the kind that it has on the wire. */
import { MESSAGES, type MessageName } from '../domain/message.ts'
import { messageUrn } from './kinds.ts'

/** Messages that say themselves what to write. */
const COMPLETE: ReadonlySet<MessageName> = new Set<MessageName>(['invalid-value', 'invalid-variable', 'missing-value'])

const byKind: ReadonlyMap<string, string> = new Map(
  (Object.keys(MESSAGES) as MessageName[])
    .filter((name) => !COMPLETE.has(name))
    .map((name) => [messageUrn(name), MESSAGES[name].advice]),
)

/** The advice of the catalogue; undefined where the message says it itself, and for a kind of another version of the broker. */
export function adviceOf(kind: string | undefined): string | undefined {
  return kind === undefined ? undefined : byKind.get(kind)
}
