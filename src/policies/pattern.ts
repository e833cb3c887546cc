/**
 * Patterns with `*` for any text within a part of a path and `**` for any text at all. Pure.
 *
 * No regular expression is made of one: several stars would try again and again what cannot match. For a given pattern
 * the time grows as the length of the text does.
 */

/** Whether a text is as a pattern has it, from its beginning to its end. */
export type Matches = (text: string) => boolean

/** Reads a pattern. Everything but the stars is meant as it is written. */
export function pattern(text: string): Matches {
  // Texts, and between each two of them the stars that part them.
  const [first = '', ...parts] = text.split(/(\*{1,2})\**/)
  if (parts.length === 0) return (candidate) => candidate === first
  const last = parts.at(-1) ?? ''
  return (candidate) => {
    const end = candidate.length - last.length
    if (end < first.length || !candidate.startsWith(first) || !candidate.endsWith(last)) return false
    let places = new Places(candidate, end).add(first.length)
    for (let at = 0; at < parts.length; at += 2) {
      places = places.after(parts[at] === '**')
      if (at < parts.length - 2) places = places.behind(parts[at + 1] ?? '')
      if (places.isEmpty) return false
    }
    return places.has(end)
  }
}

/** The places in a text up to which a part of a pattern fits it. */
class Places {
  readonly #text: string
  readonly #end: number
  readonly #reached: Uint8Array
  #first: number

  constructor(text: string, end: number) {
    this.#text = text
    this.#end = end
    this.#reached = new Uint8Array(end + 1)
    this.#first = end + 1
  }

  add(place: number): this {
    this.#reached[place] = 1
    this.#first = Math.min(this.#first, place)
    return this
  }

  has(place: number): boolean {
    return this.#reached[place] === 1
  }

  get isEmpty(): boolean {
    return this.#first > this.#end
  }

  /** Positions that a star leads to; one that stays within a part of a path stops before the next slash. */
  after(crossesSlashes: boolean): Places {
    const led = new Places(this.#text, this.#end)
    let isOn = false
    for (let place = this.#first; place <= this.#end; place++) {
      isOn = this.has(place) || (isOn && (crossesSlashes || this.#text[place - 1] !== '/'))
      if (isOn) led.add(place)
    }
    return led
  }

  /** Positions behind a piece of text that begins at one of these. */
  behind(piece: string): Places {
    const found = new Places(this.#text, this.#end)
    let at = this.#text.indexOf(piece, this.#first)
    for (; at !== -1 && at + piece.length <= this.#end; at = this.#text.indexOf(piece, at + 1))
      if (this.has(at)) found.add(at + piece.length)
    return found
  }
}
