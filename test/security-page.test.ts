/** The page on security names tests; they have to be there. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = readFileSync('docs/security.md', 'utf8')
const references = [...page.matchAll(/`([\w./-]+\.test\.ts)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({
  file,
  title,
}))

describe('the page on security', () => {
  it('names a test for every way in', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (What may|Attack |-)/.test(line))
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.filter((row) => !/\.test\.ts` "[^"]+"/.test(row))).toEqual([])
  })
  it.each(references)('$file says "$title"', ({ file, title }) => {
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain(title)
  })
})
