/**
 * The steps that matching takes by backtracking, as the engines of JavaScript do it: counted, so that it needs no clock to
 * tell whether an expression takes longer than its text is long.
 */
import type { AST } from '@eslint-community/regexpp'
import { RegExpParser } from '@eslint-community/regexpp'

export class TooManySteps extends Error {}

type CharacterElement = AST.Character | AST.CharacterSet | AST.CharacterClass | AST.ExpressionCharacterClass
type Next = (at: number) => boolean

const parser = new RegExpParser()

/** The tree of an expression. */
export function treeOf({ source, flags }: RegExp): AST.Pattern {
  return parser.parsePattern(source, 0, source.length, {
    unicode: flags.includes('u'),
    unicodeSets: flags.includes('v'),
  })
}

/** True when a character is one of an element, by the engine itself. */
export function isOf(element: CharacterElement, character: string, flags: string): boolean {
  const key = `${flags.replaceAll(/[gym]/g, '')} ${element.raw}`
  const known = tests.get(key) ?? new Map<string, boolean>()
  tests.set(key, known)
  let is = known.get(character)
  if (is === undefined) {
    is = new RegExp(`^(?:${element.raw})$`, flags.replaceAll(/[gym]/g, '')).test(character)
    known.set(character, is)
  }
  return is
}
const tests = new Map<string, Map<string, boolean>>()

/** Steps of looking for an expression in a text, for all of its matches with the flag `g`. Throws `TooManySteps`. */
export function stepsOf(expression: RegExp, text: string, most: number): number {
  const { flags } = expression
  const pattern = treeOf(expression)
  const characters = flags.includes('u') ? [...text] : text.split('')
  let steps = 0

  function alternatives(all: readonly AST.Alternative[], at: number, by: 1 | -1, next: Next): boolean {
    return all.some(({ elements }) => sequence(by === 1 ? elements : elements.toReversed(), 0, at, by, next))
  }
  function sequence(elements: readonly AST.Element[], index: number, at: number, by: 1 | -1, next: Next): boolean {
    const element = elements[index]
    if (!element) return next(at)
    return match(element, at, by, (to) => sequence(elements, index + 1, to, by, next))
  }
  function match(element: AST.Element, at: number, by: 1 | -1, next: Next): boolean {
    if (++steps > most) throw new TooManySteps()
    switch (element.type) {
      case 'Group':
      case 'CapturingGroup':
        return alternatives(element.alternatives, at, by, next)
      case 'Quantifier':
        return repeat(element, 0, at, by, next)
      case 'Assertion':
        return holds(element, at) && next(at)
      case 'Backreference':
        throw new Error('a reference back to a group is never matched in linear time')
      default: {
        const character = characters[by === 1 ? at : at - 1]
        return character !== undefined && isOf(element, character, flags) && next(at + by)
      }
    }
  }
  function repeat(quantifier: AST.Quantifier, done: number, at: number, by: 1 | -1, next: Next): boolean {
    const { element, min, max, greedy } = quantifier
    const more = () =>
      done < max &&
      match(element, at, by, (to) => (to !== at || done < min) && repeat(quantifier, done + 1, to, by, next))
    const enough = () => done >= min && next(at)
    return greedy ? more() || enough() : enough() || more()
  }
  function holds(assertion: AST.Assertion, at: number): boolean {
    const [before, after] = [characters[at - 1], characters[at]]
    const isWord = (one: string | undefined) => one !== undefined && /\w/.test(one)
    if (assertion.kind === 'start') return before === undefined || (flags.includes('m') && before === '\n')
    if (assertion.kind === 'end') return after === undefined || (flags.includes('m') && after === '\n')
    if (assertion.kind === 'word') return (isWord(before) !== isWord(after)) !== assertion.negate
    const around = assertion as AST.LookaroundAssertion
    const by = around.kind === 'lookahead' ? 1 : -1
    return alternatives(around.alternatives, at, by, () => true) !== around.negate
  }

  for (let from = 0; from <= characters.length;) {
    let end = -1
    alternatives(pattern.alternatives, from, 1, (at) => {
      end = at
      return true
    })
    if (end >= 0 && !/[gy]/.test(flags)) break
    if (end < 0 && flags.includes('y')) break
    from = end > from ? end : from + 1
  }
  return steps
}
