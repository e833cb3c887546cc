/** Distinguished names as front ends write them: `/C=CA/CN=ada`, or `CN=ada,C=CA` (RFC 2253). Pure. */

/**
 * The parts of a distinguished name, most specific first, with the escapes of RFC 2253. A comma in the first form is part of
 * a value, and must not become the end of one.
 */
export function partsOf(written: string): string[] {
  if (!written.startsWith('/')) return written.split(/(?<!\\),/).map((part) => part.trim())
  return written
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.replaceAll(/[\\,]/g, '\\$&'))
    .reverse()
}

/** One spelling for every way in which a distinguished name is written. */
export const canonical = (written: string): string => partsOf(written).join(',')

/** The most specific common name, as it is written; undefined when there is none. */
export function commonName(written: string): string | undefined {
  return partsOf(written)
    .map((part) => /^CN=(.+)$/i.exec(part)?.[1])
    .find((value) => value !== undefined)
}
