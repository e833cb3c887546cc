import { describe, expect, it } from 'vitest'
import { numbered } from './migrate.ts'

describe('migrations', () => {
  it('come in the order of their numbers; other files are none', () => {
    expect(numbered(['0002-more.sql', 'table.sql', '0001-foundation.sql'])).toEqual([
      { number: 1, name: 'foundation', file: '0001-foundation.sql' },
      { number: 2, name: 'more', file: '0002-more.sql' },
    ])
  })
  it('have numbers of their own, since the second of two with one number would never be applied', () => {
    expect(() => numbered(['0001-a.sql', '0002-a.sql', '0002-b.sql'])).toThrow('two migrations have the number 2')
  })
})
