/** Ranges of bytes (RFC 9110, section 14): which part of something a client asks for. */

/** What was asked for: from a first byte up to a last one or the end, or so many bytes at the end. */
export type AskedRange = { readonly first: number; readonly last: number | undefined } | { readonly lastBytes: number }

/** Bytes from `from` to before `to`. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** One range of a Range header; undefined for none, and for what may be ignored: other units, several ranges, nonsense. */
export function readRange(header: string | undefined): AskedRange | undefined {
  const match = /^\s*bytes\s*=\s*(?:(\d{1,15})\s*)?-\s*(?:(\d{1,15})\s*)?$/i.exec(header ?? '')
  const [first, last] = [match?.[1], match?.[2]]
  if (first === undefined) return last === undefined ? undefined : { lastBytes: Number(last) }
  if (last !== undefined && Number(last) < Number(first)) return undefined
  return { first: Number(first), last: last === undefined ? undefined : Number(last) }
}

/** The range within something of a known length; undefined when nothing of it is there. */
export function within(asked: AskedRange, length: number): ByteRange | undefined {
  const from = 'lastBytes' in asked ? Math.max(0, length - asked.lastBytes) : asked.first
  const to = 'lastBytes' in asked || asked.last === undefined ? length : Math.min(length, asked.last + 1)
  return from < to ? { from, to } : undefined
}
