/**
 * What the commands end with. `broker run` and `broker accept --follow` end with the exit code of the program, whenever
 * it has one, so that it can be used in scripts as if the program ran here; the numbers above 63 are those of sysexits.h.
 */

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 64,
  refused: 65,
  unreachable: 69,
  cancelled: 130,
  readerGone: 141,
} as const

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'everything went well',
  failed: 'the execution failed and there is no exit code of the program, or the broker refused or could not start',
  usage: 'the command was not used as it is meant to be, or the file is not there',
  refused: 'the answer to the request was NO, or the request could not be read',
  unreachable: 'no broker answers',
  cancelled: 'the execution was cancelled, or the command was interrupted while the execution goes on',
  readerGone: 'whoever read the output went away',
}

/** The exit codes as lines for the help. */
export function exitCodeLines(): string[] {
  return Object.entries(MEANINGS).map(
    ([name, meaning]) => `${String(EXIT[name as keyof typeof EXIT]).padStart(5)}  ${meaning}`,
  )
}
