/** The kinds of earlier generations of the schema. They differ in where they lay and ended, and hardly in their last word. */
import { shortKind } from './kinds.ts'

/** Where every generation had its kinds; a word without a place is taken for one of them too. */
const EARLIER_PLACE = /^(https?:\/\/(www\.)?purl\.org\/ivoa\.net\/.*\/)?[\w.-]+$/
/** Last words that have changed. */
const RENAMED: Readonly<Record<string, string>> = { 'amazon-s3-data-resource': 's3-data-resource' }

/** The kind of today that an earlier one stands for, out of those that are known at its place; undefined for none. */
export function currentKind(kind: string, known: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.hasOwn(known, kind)) return kind
  if (!EARLIER_PLACE.test(kind)) return undefined
  const word = shortKind(kind)
    .toLowerCase()
    .replace(/-\d+(\.\d+)*$/, '')
  const name = Object.hasOwn(RENAMED, word) ? RENAMED[word] : word
  return wordsOf(known).get(name ?? '')
}

/** The kinds of a place by their last word, as a map that is made once. */
const words = new WeakMap<object, ReadonlyMap<string, string>>()

function wordsOf(known: object): ReadonlyMap<string, string> {
  const found = words.get(known) ?? new Map(Object.keys(known).map((kind) => [shortKind(kind).toLowerCase(), kind]))
  words.set(known, found)
  return found
}
