/** References inside one request: a `meta.name` or `meta.uuid` that the client chose leads to a resource. */
import type { VolumeTarget } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import type { Schemas } from './contract.ts'
import type { RequestNotes } from './request-notes.ts'

/** The words that lead to something. */
interface Words {
  readonly name: string | undefined
  readonly uuid: string | undefined
}

/** Something that can be referred to, by the words that lead to it. */
export interface Referable extends VolumeTarget, Words {}

/** The most names that are listed; nobody reads more. */
const NAMES_MAX = 10

/** What a reference may lead to, in words for a message. */
const EXPECTED = { storage: 'a storage resource', data: 'a data resource', any: 'a data or storage resource' }

/** Finds what references lead to, and notes those that lead nowhere, to several resources, or to themselves. */
export class References {
  readonly #resources: Referable[] = []
  /** The resources that a word may lead to, by their names and UUIDs: the client chose both. */
  readonly #byWord = new Map<string, Referable[]>()
  readonly #notes: RequestNotes

  constructor(wire: Pick<Schemas['ExecutionRequest'], 'storage' | 'data'>, notes: RequestNotes) {
    this.#notes = notes
    wire.storage?.forEach(({ meta }, index) => this.#enter('storage', index, wordsOf(meta)))
    wire.data?.forEach(({ meta }, index) => this.#enter('data', index, wordsOf(meta)))
    this.#refuseDoubles('name')
    this.#refuseDoubles('uuid')
  }

  #enter(family: Referable['family'], index: number, { name, uuid }: Words): void {
    const resource = { family, index, name, uuid }
    this.#resources.push(resource)
    this.#lead(name, resource)
    if (uuid !== name) this.#lead(uuid, resource)
  }

  #lead(word: string | undefined, resource: Referable): void {
    if (word === undefined) return
    const others = this.#byWord.get(word)
    if (others) others.push(resource)
    else this.#byWord.set(word, [resource])
  }

  /** The resource of a family that a word leads to; `from` is what refers to it. */
  find(
    reference: string | undefined,
    pointer: string,
    family: keyof typeof EXPECTED,
    from: Schemas['ComponentMetadata'] | undefined,
  ): Referable | undefined {
    const word = reference?.trim() ?? ''
    const found = (this.#byWord.get(word) ?? []).filter((resource) => family === 'any' || resource.family === family)
    const [only, ...others] = found
    if (only && others.length === 0) return only
    const { now } = this.#notes
    if (word === '') this.#notes.missing(pointer, `the name or UUID of ${EXPECTED[family]} of this request`)
    else if (only) this.#notes.say(message('reference-ambiguous', now, { pointer, reference: word }))
    else if (leadsTo(word, wordsOf(from)))
      this.#notes.say(message('reference-to-itself', now, { pointer, reference: word, expected: EXPECTED[family] }))
    else {
      const known = this.#namesOf(family)
      this.#notes.say(
        message('reference-not-found', now, { pointer, reference: word, expected: EXPECTED[family], known }),
      )
    }
    return undefined
  }

  /** The names that a reference may have, for a message. */
  #namesOf(family: keyof typeof EXPECTED): string {
    const there = this.#resources.filter((one) => family === 'any' || one.family === family)
    const names = there.flatMap(({ name, uuid }) => name ?? uuid ?? []).slice(0, NAMES_MAX)
    if (names.length > 0)
      return `there are ${names.map((name) => `'${name}'`).join(', ')}${there.length > names.length ? ', and more' : ''}`
    return there.length === 0 ? 'the request has none' : 'give it a `meta.name`, and write that'
  }

  #refuseDoubles(field: 'name' | 'uuid'): void {
    if (this.#resources.length < 2) return
    const seen = new Set<string>()
    for (const resource of this.#resources) {
      const word = resource[field]
      if (word === undefined) continue
      const pointer = `/${resource.family}/${resource.index}/meta/${field}`
      if (seen.has(word)) this.#notes.say(message('duplicate-name', this.#notes.now, { pointer, name: word }))
      seen.add(word)
    }
  }
}

function wordsOf(meta: Schemas['ComponentMetadata'] | undefined): Words {
  return { name: meta?.name?.trim() || undefined, uuid: meta?.uuid?.trim() || undefined }
}

/** A word may be a name or a UUID; the client chose both, so it is compared with both. */
function leadsTo(word: string, { name, uuid }: Words): boolean {
  return word !== '' && (name === word || uuid === word)
}
