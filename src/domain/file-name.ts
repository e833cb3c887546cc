/** How the file is called that comes from a URL or is saved to one. */

/** A file name has at most 255 bytes on the usual file systems; some room is left for what a platform appends. */
const NAME_BYTES_MAX = 200

/**
 * The name for the file: the last part of the path that is not empty, decoded, and safe as a file name. Slashes and
 * characters that do not show are written as `_`; `data` when the path has no name.
 */
export function fileName(location: URL): string {
  const segment = location.pathname.split('/').findLast((part) => part !== '') ?? ''
  const name = atMostBytes(NAME_BYTES_MAX, decoded(segment).replace(/[/\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '_'))
  return ['', '.', '..'].includes(name) ? 'data' : name
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    // A `%` that is not one of an encoding stays as it was written.
    if (error instanceof URIError) return segment
    throw error
  }
}

/** The beginning of a text that has no more than these bytes in UTF-8, without a broken character. */
export function atMostBytes(bytes: number, text: string): string {
  let length = 0
  let kept = ''
  for (const character of text) {
    length += Buffer.byteLength(character)
    if (length > bytes) break
    kept += character
  }
  return kept
}
