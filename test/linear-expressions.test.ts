/**
 * Every regular expression of the sources takes time that grows as its text does. Each is fed with texts made of its own
 * parts, twice as long the second time, and the steps of a backtracking matcher are counted.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it, vi } from 'vitest'
import { CONTRACT } from '../src/protocol/contract.ts'
import { hostileTexts, type HostileText } from './support/hostile-texts.ts'
import { stepsOf, TooManySteps } from './support/matching-steps.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Expressions that are made while the broker runs: an instance of each, by the file and what it is made of. */
const MADE: Readonly<Record<string, RegExp>> = {
  "src/http/known-paths.ts `^${segments.join('/')}/?$`": /^\/executions\/[^/]+\/components\/.*\/?$/,
}
/** Suites that stand beside the code. */
const SUITES = /\.test\.ts$|\/conformance\.ts$|\.gen\.ts$/

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file.endsWith('.ts') && !SUITES.test(file))

/** The expressions of a file: literals, those made of constant text, and patterns of schemas. */
function expressionsOf(file: string): { readonly found: RegExp[]; readonly unknown: string[] } {
  const found: RegExp[] = []
  const unknown: string[] = []
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(expressionOf(node.text))
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
      const [made, flags] = node.arguments ?? []
      const isText = made && ts.isStringLiteralLike(made) && (!flags || ts.isStringLiteralLike(flags))
      if (isText) found.push(new RegExp(made.text, flags?.text))
      // A copy of a constant, which is a literal elsewhere.
      else if (made && !ts.isIdentifier(made)) unknown.push(`${file} ${made.getText()}`)
    }
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'pattern' && ts.isStringLiteralLike(node.initializer))
      found.push(new RegExp(node.initializer.text, 'u'))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { found, unknown }
}

function expressionOf(literal: string): RegExp {
  const end = literal.lastIndexOf('/')
  return new RegExp(literal.slice(1, end), literal.slice(end + 1))
}

function* patternsIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return
  for (const [name, part] of Object.entries(schema)) {
    if (name === 'pattern' && typeof part === 'string') yield part
    else yield* patternsIn(part)
  }
}

/** Lengths for a first look, at which all texts are tried, and for a second one at those that look bad. */
const SHORT = 24
const LONG = 400
const STEPS_MAX = 1_000_000
/** The growth for twice the text that is linear, with some room; a square grows fourfold. */
const TIMES_MAX = 2.6

/** A text for which an expression takes more time than the text is long; undefined when there is none. */
function worseThanLinear(expression: RegExp): HostileText | undefined {
  const grows = (text: HostileText, length: number) => {
    const steps = (times: number) => stepsOf(expression, textOf(text, times), STEPS_MAX)
    const times = Math.ceil(length / text.repeated.length)
    try {
      return steps(2 * times) > TIMES_MAX * steps(times)
    } catch (error) {
      if (error instanceof TooManySteps) return true
      throw error
    }
  }
  return hostileTexts(expression).find((text) => grows(text, SHORT) && grows(text, LONG))
}

const textOf = ({ before, repeated, after }: HostileText, times: number) => before + repeated.repeat(times) + after

const all = files.map((file) => ({ file, ...expressionsOf(file) }))
const expressions = [
  ...all.flatMap(({ file, found }) => found.map((expression) => ({ file, expression }))),
  ...[...patternsIn(CONTRACT)].map((pattern) => ({ file: 'openapi', expression: new RegExp(pattern, 'u') })),
  ...Object.entries(MADE).map(([file, expression]) => ({ file, expression })),
]
const different = new Map(expressions.map(({ file, expression }) => [`${file}: ${expression}`, expression]))

describe('the test of linear time', () => {
  it.each([
    /(a+)+$/,
    /\s+$/,
    /^(a|aa)+$/,
    /(x*)*y/,
    /a.*b/,
    /^\s*\d*\s*$|^(\w+\s?)*$/,
    /<[^>]*$|;\s*\w+\s*=/,
    /\d+,/,
    /(:[^/@]*)?$/,
    /^(?:"[^"]*"|[^,]*)*,$/,
    /^prefix:(?:[a-z]+-?)+$/u,
    /[.]+(?!\w)\s/,
    /(?<=\s+)x/,
  ])('goes red for %s', (expression) => {
    expect(worseThanLinear(expression)).toBeDefined()
  })
  it.each([/^\s+/, /(?<!\s)\s+$/, /^[a-z]+(?:-[a-z]+)*$/, /^a{1,255}b?$/, /\d{1,64}x/, /[^/]+/g, /^(.*)\/(\d+)$/, /x/])(
    'lets %s pass',
    (expression) => {
      expect(worseThanLinear(expression)).toBeUndefined()
    },
  )
})

it('every expression that is made while the broker runs has an instance here', () => {
  expect(all.flatMap(({ unknown }) => unknown).sort()).toEqual(Object.keys(MADE).sort())
})

describe('time that grows as the text does is taken', () => {
  it('by many expressions', () => {
    expect(different.size).toBeGreaterThan(150)
  })
  it.each([...different])('%s', (_, expression) => {
    expect(worseThanLinear(expression)).toBeUndefined()
  })
})
