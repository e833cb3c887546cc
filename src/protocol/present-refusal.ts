/** Presents what a direct run that was refused is answered with. */
import type { Message } from '../domain/message.ts'
import type { Spelling } from '../domain/spelling.ts'
import { compact } from './compact.ts'
import type { Schemas } from './contract.ts'
import { KIND } from './kinds.ts'
import { presentMessage } from './present-messages.ts'

/** An execution that never was: the answer to a direct run that was refused. */
export function presentRefusal(
  messages: readonly Message[],
  name: string | undefined,
  spelling: Spelling,
): Schemas['Offer'] {
  return compact({
    kind: spelling === 'published' ? KIND.simpleSession : KIND.execution,
    meta: { name, messages: messages.map(presentMessage) },
    phase: 'FAILED' as const,
  })
}
