/** What the commands end with. A program that was run passes its own exit code on instead. */

export const EXIT = {
  ok: 0,
  /** The execution failed without an exit code, or the broker refused. */
  failed: 1,
  /** The command was not used as it is meant to be. */
  usage: 64,
  /** The answer was NO, or the request could not be read. */
  refused: 65,
  /** No broker answers. */
  unreachable: 69,
  /** The execution was cancelled. */
  cancelled: 130,
} as const
