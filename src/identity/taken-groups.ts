/** Groups as another service tells them, which are kept in memory: only so many of them are taken. */

const GROUPS_MAX = 1_000
/** All their names together, in characters. */
const CHARACTERS_MAX = 65_536
const GROUP = /^[\x21-\x7e]{1,255}$/

/**
 * The groups among the names, each once; undefined where they are too many to be kept. To leave some out would be wrong:
 * the rules for the members of a group may be the stricter ones.
 */
export function takenGroups(names: readonly unknown[]): readonly string[] | undefined {
  const groups = new Set<string>()
  let characters = 0
  for (const name of names) {
    if (typeof name !== 'string' || !GROUP.test(name) || groups.has(name)) continue
    groups.add(copied(name))
    characters += name.length
    if (groups.size > GROUPS_MAX || characters > CHARACTERS_MAX) return undefined
  }
  return [...groups]
}

/** The same text without the answer that it was cut out of, which V8 would keep with it. */
const copied = (text: string) => Buffer.from(text, 'latin1').toString('latin1')
