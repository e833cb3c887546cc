/** What the broker says about a request or an execution: one catalogue, rendered here and nowhere else. */
import type { Instant } from './dates.ts'
import { EXECUTION_MESSAGES } from './execution-messages.ts'
import type { MessageLevel } from './message-entry.ts'
import { POLICY_MESSAGES } from './policy-messages.ts'
import { remembering } from './remembering.ts'
import { REQUEST_MESSAGES } from './request-messages.ts'

export type { MessageLevel } from './message-entry.ts'

/** Every message that can be said. */
export const MESSAGES = { ...REQUEST_MESSAGES, ...POLICY_MESSAGES, ...EXECUTION_MESSAGES } as const

export type MessageName = keyof typeof MESSAGES

/** What a message says of: the names in its template, with their values. */
export type MessageValues = Readonly<Record<string, string | number>>

/** A message as it was said. It keeps its own words: a later version of the catalogue does not change what was said. */
export interface Message {
  readonly name: string
  readonly at: Instant
  readonly level: MessageLevel
  readonly template: string
  readonly values: MessageValues
  readonly text: string
}

type NamesIn<Template extends string> = Template extends `${string}\${${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** Says a message of the catalogue. The compiler asks for every value that its template names. */
export function message<Name extends MessageName>(
  name: Name,
  at: Instant,
  values: Readonly<Record<NamesIn<(typeof MESSAGES)[Name]['template']>, string | number>>,
): Message {
  const { level, template } = MESSAGES[name]
  const shown: Record<string, string | number> = {}
  for (const [key, value] of Object.entries(values as MessageValues)) shown[key] = clip(value)
  return { name, at, level, template, values: shown, text: renderTemplate(template, shown) }
}

/** The longest value that is shown whole. A message tells of what a client sent, which may be as long as a body. */
const VALUE_LENGTH_MAX = 2_000

function clip(value: string | number): string | number {
  if (typeof value === 'number' || value.length <= VALUE_LENGTH_MAX) return value
  // A pair of surrogates is not cut through: half a character cannot be kept.
  return `${value.slice(0, VALUE_LENGTH_MAX).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Puts the values in the place of their names; a name without a value stays as it is. */
export function renderTemplate(template: string, values: MessageValues): string {
  const filled = (name: string) => (Object.hasOwn(values, name) ? String(values[name]) : `\${${name}}`)
  return partsOf(template)
    .map((part, index) => (index % 2 === 0 ? part : filled(part)))
    .join('')
}

/** What stands in a template, and at every other place the name of a value. */
const partsOf = remembering(Object.keys(MESSAGES).length, (template: string) => template.split(/\$\{(\w+)\}/))
