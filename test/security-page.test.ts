/** The threats of the security page: each has a defence, and tests that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = readFileSync('docs/security.md', 'utf8')

const TEST = /^- Test: `([\w./-]+\.test\.ts)` "([^"]+)"$/

const threats = page
  .split(/^## /m)
  .filter((section) => section.startsWith('Threats'))
  .flatMap((section) => section.split(/^### /m).slice(1))
  .map((entry) => {
    const [title = '', ...lines] = entry.split('\n')
    const tests = lines.flatMap((line) => {
      const [, file, test] = TEST.exec(line) ?? []
      return file !== undefined && test !== undefined ? [{ file, test }] : []
    })
    return { title, lines: lines.filter((line) => line !== ''), tests }
  })
const references = threats.flatMap(({ tests }) => tests)

describe('the page on security', () => {
  it('has entries', () => {
    expect(threats.length).toBeGreaterThan(40)
  })
  it.each(threats)('gives a defence and a test for "$title"', ({ lines, tests }) => {
    expect(lines[0]).toMatch(/^- Defence: \S/)
    expect(tests).not.toEqual([])
    const others = lines.slice(1).filter((line) => !TEST.test(line) && !line.startsWith('  '))
    expect(others, 'lines that are neither part of the defence nor a test').toEqual([])
  })
  it('names every file of attacks', () => {
    const named = new Set(references.map(({ file }) => file))
    const files = readdirSync('test/attacks').filter((file) => file.endsWith('.test.ts'))
    expect(files.map((file) => `test/attacks/${file}`).filter((file) => !named.has(file))).toEqual([])
  })
  it('has no line that is too long to read in a terminal or to merge', () => {
    expect(page.split('\n').filter((line) => line.length > 140)).toEqual([])
  })
  it.each(references)('$file says "$test"', ({ file, test }) => {
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain(test)
  })
})
