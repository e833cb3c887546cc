/** Patterns with `*` for any text within a part of a path and `**` for any text at all. Pure. */

/** Whether a text is as a pattern has it, from its beginning to its end. */
export type Matches = (text: string) => boolean

/** Reads a pattern. Everything but the stars is meant as it is written. */
export function pattern(text: string): Matches {
  const source = text
    .split(/(\*+)/)
    .map((part) =>
      /^\*+$/.test(part) ? (part.length > 1 ? '.*' : '[^/]*') : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('')
  const whole = new RegExp(`^${source}$`, 's')
  return (candidate) => whole.test(candidate)
}
