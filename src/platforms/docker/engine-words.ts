/** The words of an engine as users may read them: one line of bounded length that tells nothing of the engine's host. Pure. */

const WORDS_MAX = 400
/** The part looked at of a text without end, at its end. */
const TEXT_MAX = 20_000

/** A path of at least two parts; of a URL it is not the beginning. It may be the host's, so only its last part is shown. */
const PATH = /(?<![\w./-])\/(?!\/)(?:[^\s/'"`,;:()[\]{}]+\/)+([^\s/'"`,;:()[\]{}]*)/g
/** The address of a socket, or a path as Windows has it. */
const SOCKET = /\b(?:unix|npipe|file):\/{1,4}[^\s'"`,;()]*/g
const DRIVE = /\b[A-Za-z]:\\[^\s'"`,;()]*/g

export function wordsOf(text: string): string {
  const line = text.slice(-TEXT_MAX).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
  return essence(line.replace(SOCKET, '…').replace(DRIVE, '…').replace(PATH, '…/$1').trim())
}

/** Podman wraps one error into the next, and may print whole structures; the end of the text is what went wrong. */
function essence(text: string): string {
  if (text.length <= WORDS_MAX) return text
  const end = text.slice(text.lastIndexOf('}: ') + 1)
  return `…${end.replace(/^: /, ' ').slice(-WORDS_MAX)}`
}
