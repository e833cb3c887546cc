/** Reads environment variables and arguments: what the kernel would not pass to a program as it was written is refused. */
import { message } from '../domain/message.ts'
import { escapePointer } from './body-limits.ts'
import type { RequestNotes } from './request-notes.ts'

/**
 * Portable names (POSIX), and the dots and dashes that many programs use and every platform passes on. A name cannot hold
 * `=`: the kernel takes what is before the first one for the name, and policies would have looked at another.
 */
const NAME = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/
const NAME_LENGTH_MAX = 255
/** Linux passes no string to a program that has more bytes than this, the NUL at its end included (MAX_ARG_STRLEN). */
const STRING_BYTES_MAX = 131_072

/** The variables of a program; what is wrong with one is noted without its value, which may be a secret. */
export function readEnvironment(
  wire: Readonly<Record<string, string>>,
  notes: RequestNotes,
): Readonly<Record<string, string>> {
  for (const [variable, value] of Object.entries(wire)) {
    const reason = faultOf(variable, value)
    const pointer = `/executable/environment/${escapePointer(variable)}`
    if (reason !== undefined) notes.say(message('invalid-variable', notes.now, { variable, pointer, reason }))
  }
  return { ...wire }
}

/** The arguments of a program. */
export function readArguments(wire: readonly string[], notes: RequestNotes): readonly string[] {
  wire.forEach((argument, index) => {
    if (!isPassable(argument))
      notes.invalid(`/executable/command/${index}`, argument, `an argument has at most ${STRING_BYTES_MAX - 1} bytes`)
  })
  return wire
}

function faultOf(variable: string, value: string): string | undefined {
  if (variable.length > NAME_LENGTH_MAX) return `a name has at most ${NAME_LENGTH_MAX} characters`
  if (!NAME.test(variable))
    return "a name has letters of ASCII, digits, '_', '.' and '-', and does not begin with a digit, such as DATA_DIR"
  if (!isPassable(`${variable}=${value}`))
    return `the name and the value together have at most ${STRING_BYTES_MAX - 2} bytes`
  return undefined
}

function isPassable(text: string): boolean {
  // A character has at most three bytes for each of its units, so that short texts need no counting.
  return text.length * 3 < STRING_BYTES_MAX || Buffer.byteLength(text) < STRING_BYTES_MAX
}
