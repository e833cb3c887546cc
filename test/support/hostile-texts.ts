/** Texts that are as bad for an expression as its own parts can make them. */
import type { AST } from '@eslint-community/regexpp'
import { visitRegExpAST } from '@eslint-community/regexpp'
import { isOf, treeOf } from './matching-steps.ts'

/** A text whose middle can be repeated as often as wanted. */
export interface HostileText {
  readonly before: string
  readonly repeated: string
  readonly after: string
}

const ASCII = Array.from({ length: 0x5f }, (_, at) => String.fromCharCode(0x20 + at))
const CHARACTERS = [...'aA0', ...ASCII, '\n', '\t', '\u0001', 'é', '\u200e', '\u2028', '\ud800']
/** Above this, a number of repetitions counts as any number. */
const MANY = 50
const REPEATED_MAX = 40
const PAIRED_MAX = 6
const AFTER_MAX = 10

/** The texts for an expression; none for one that repeats nothing, whose steps are bounded. */
export function hostileTexts(expression: RegExp): HostileText[] {
  const quantifiers: AST.Quantifier[] = []
  const characters = new Set<string>()
  const others = new Set<string>()
  const { flags } = expression
  const note = (element: Parameters<typeof isOf>[0]) => {
    const of = CHARACTERS.filter((one) => isOf(element, one, flags))
    for (const one of [of[0], of.at(-1), of[of.length >> 1]]) if (one !== undefined) characters.add(one)
    const not = CHARACTERS.find((one) => !isOf(element, one, flags))
    if (not !== undefined) others.add(not)
    const odd = CHARACTERS.findLast((one) => !isOf(element, one, flags))
    if (odd !== undefined) others.add(odd)
  }
  const tree = treeOf(expression)
  visitRegExpAST(tree, {
    onQuantifierEnter: (quantifier) => {
      if (quantifier.max >= MANY) quantifiers.push(quantifier)
    },
    onCharacterEnter: (element) => {
      if (element.parent.type !== 'CharacterClass' && element.parent.type !== 'CharacterClassRange') note(element)
    },
    onCharacterSetEnter: (element) => {
      if (element.parent.type !== 'CharacterClass') note(element)
    },
    onCharacterClassEnter: note,
  })
  if (quantifiers.length === 0) return []
  const words = quantifiers.flatMap(({ element }) => wordsOf(element, flags))
  const few = [...characters].slice(0, PAIRED_MAX)
  const pairs = few.flatMap((one) => few.map((other) => one + other))
  const whole = wordsOfAll(tree.alternatives, flags)
  const repeated = [...new Set([...words, ...characters, ...whole, ...pairs])].filter((one) => one !== '')
  const before = [...new Set(['', ...quantifiers.map((one) => wordBefore(one, flags))])]
  const after = [...new Set(['', '\u0001', ...others, ...whole.map((word) => `${word}\u0001`)])].slice(0, AFTER_MAX)
  return before.flatMap((start) =>
    repeated
      .slice(0, REPEATED_MAX)
      .flatMap((middle) => after.map((end) => ({ before: start, repeated: middle, after: end }))),
  )
}

/** Short texts that an element matches, one for each way through it. */
function wordsOf(element: AST.Element, flags: string): string[] {
  switch (element.type) {
    case 'Group':
    case 'CapturingGroup':
      return wordsOfAll(element.alternatives, flags)
    case 'Quantifier':
      return wordsOf(element.element, flags).flatMap((word) => [word.repeat(Math.min(element.min, 64)), word])
    case 'Assertion':
    case 'Backreference':
      return ['']
    default:
      return CHARACTERS.filter((one) => isOf(element, one, flags)).slice(0, 1)
  }
}

function wordsOfAll(alternatives: readonly AST.Alternative[], flags: string): string[] {
  return alternatives.map(({ elements }) => elements.map((one) => wordsOf(one, flags)[0] ?? '').join(''))
}

/** A text that leads from the beginning of the expression to an element in it. */
function wordBefore(element: AST.Element, flags: string): string {
  const { parent } = element
  if (parent.type !== 'Alternative') return wordBefore(parent as AST.Element, flags)
  const earlier = parent.elements.slice(0, parent.elements.indexOf(element))
  const word = earlier.map((one) => wordsOf(one, flags)[0] ?? '').join('')
  return parent.parent.type === 'Pattern' ? word : wordBefore(parent.parent, flags) + word
}
