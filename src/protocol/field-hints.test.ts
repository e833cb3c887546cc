import { describe, expect, it } from 'vitest'
import { meantBy } from './field-hints.ts'

describe('a field that the contract does not have', () => {
  it.each([
    ['/schedule/start', '/schedule/requested/start'],
    ['/schedule/duration', '/schedule/requested/duration'],
    ['/duration', '/schedule/requested/duration'],
    ['/walltime', '/schedule/requested/duration'],
    ['/cost', '/costs'],
    ['/gpu', '/compute/accelerators'],
    ['/compute/gpus', '/compute/accelerators'],
    ['/compute/core', '/compute/cores'],
    ['/compute/memroy', '/compute/memory'],
    ['/cores', '/compute/cores'],
    ['/executable/env', '/executable/environment'],
    ['/command', '/executable/command'],
    ['/data/3/url', '/data/3/location'],
    ['/data/2/locaton', '/data/2/location'],
    ['/Executable', '/executable'],
  ])('%s may be meant as %s', (written, meant) => {
    expect(meantBy(written)).toBe(meant)
  })
  it.each([
    '/frobnicate',
    '/resources',
    '/x',
    '/',
    `/${'e'.repeat(5_000)}`,
    '/__proto__',
    '/constructor',
    '/a~1b',
    '/phase',
  ])('%s is like none', (written) => {
    expect(meantBy(written)).toBeUndefined()
  })
})
