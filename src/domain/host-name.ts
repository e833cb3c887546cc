/** Lengths of host names in the DNS (RFC 1035, section 2.3.4). */
const NAME_LENGTH_MAX = 253
const LABEL_LENGTH_MAX = 63

/** True if a text may be the name of a host, as far as its length tells. It may end in a dot. */
export function isHostName(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  return (
    name.length <= NAME_LENGTH_MAX && name.split('.').every(({ length }) => length > 0 && length <= LABEL_LENGTH_MAX)
  )
}
