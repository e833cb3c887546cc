/** Text as a terminal may be given it. Names, messages and output are written by others, who may not steer it. */

/**
 * Control characters, marks that turn the direction of writing, separators of lines that editors know, and halves of
 * characters.
 */
const STEERING = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu

/** A line with what would steer a terminal written out, as `\u001b`. A line of JSON stays what it is. */
export function visible(line: string): string {
  return line.replace(STEERING, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Controls that a program may use on a terminal: new lines, columns, and colours (SGR). */
const PERMITTED = /([\n\r\t]|\u001b\[[0-9;:]{0,64}m)/
/** The beginning of a choice of colours that the next piece may complete. */
const BEGUN = /\u001b(?:\[[0-9;:]{0,64})?$/
const COLOUR = '\u001b['
const NO_COLOUR = '\u001b[0m'

/** The output of a program for a terminal, piece by piece. */
export class VisibleOutput {
  readonly #decoder = new TextDecoder()
  #begun = ''
  #isColoured = false

  /** The next piece. */
  next(bytes: Uint8Array): string {
    const text = this.#begun + this.#decoder.decode(bytes, { stream: true })
    this.#begun = BEGUN.exec(text)?.[0] ?? ''
    return this.#shown(text.slice(0, text.length - this.#begun.length))
  }

  /** The rest at the end; colours end with it. */
  end(): string {
    const rest = this.#shown(this.#begun + this.#decoder.decode())
    this.#begun = ''
    const reset = this.#isColoured ? NO_COLOUR : ''
    this.#isColoured = false
    return rest + reset
  }

  #shown(text: string): string {
    // Between each two that are permitted is what is not.
    const parts = text.split(PERMITTED)
    this.#isColoured ||= parts.some((part, index) => index % 2 === 1 && part.startsWith(COLOUR))
    return parts.map((part, index) => (index % 2 === 1 ? part : visible(part))).join('')
  }
}
