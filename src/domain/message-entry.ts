/** What an entry of the message catalogue says. */

/** The levels on the wire. A refusal or failure is ERROR. */
export const MESSAGE_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const
export type MessageLevel = (typeof MESSAGE_LEVELS)[number]

/** What a message attaches to: it is found in the `meta.messages` of that. */
export type MessagePlace = 'offer set' | 'execution' | 'executable' | 'compute' | 'storage' | 'data' | 'volume'

/**
 * An entry of the catalogue. The template is a whole sentence that says what is the case, with `${name}` in the place
 * of the value of that name. The advice says what whoever reads it can do; docs/messages.md shows it.
 */
export interface MessageEntry {
  readonly level: MessageLevel
  readonly template: string
  readonly places: readonly MessagePlace[]
  readonly advice: string
}
