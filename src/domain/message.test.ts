import { describe, expect, it } from 'vitest'
import { message, MESSAGES, renderTemplate } from './message.ts'

describe('a message', () => {
  it('is rendered with its values', () => {
    const said = message('exit-code', 0, { exitCode: 3 })
    expect(said.text).toBe('The program ended with exit code 3.')
    expect(said.level).toBe('ERROR')
  })
  it('does not render a value as a template', () => {
    expect(renderTemplate('${a} and ${b}', { a: '${b}', b: 'x' })).toBe('${b} and x')
  })
  it('shows the beginning of a value that is as long as a body, and no half of a character', () => {
    const { text } = message('exit-code', 0, { exitCode: `${'x'.repeat(1_999)}😀${'y'.repeat(900_000)}` })
    expect(text.length).toBeLessThan(2_100)
    expect(text).not.toMatch(/\p{Surrogate}/u)
  })
  it('leaves a name without a value as it is, also one that every object has', () => {
    expect(renderTemplate('${missing} ${constructor}', {})).toBe('${missing} ${constructor}')
  })
  it.each(Object.entries(MESSAGES))('%s is whole sentences', (_, { template }) => {
    expect(template).toMatch(/^([A-Z]|\$\{).*[.}]$/s)
  })
  it.each(Object.entries(MESSAGES))('%s says where it is found and what to do about it', (_, { places, advice }) => {
    expect(places.length).toBeGreaterThan(0)
    expect(advice).toMatch(/^[A-Z].*\.$/s)
  })
})
