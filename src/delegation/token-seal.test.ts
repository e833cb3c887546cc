import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readKeys, TokenSeal } from './token-seal.ts'

const key = () => randomBytes(32)

describe('what is sealed', () => {
  it('can be opened with the same key, and is another text each time', () => {
    const seal = new TokenSeal([key()])
    const [one, two] = [seal.seal('a refresh token', 'ada'), seal.seal('a refresh token', 'ada')]
    expect(one).not.toBe(two)
    expect(Buffer.from(one, 'base64').toString('latin1')).not.toContain('refresh')
    expect([seal.open(one, 'ada'), seal.open(two, 'ada')]).toEqual(['a refresh token', 'a refresh token'])
  })
  it('is still opened when a new key has come before the old one', () => {
    const [old, next] = [key(), key()]
    const sealed = new TokenSeal([old]).seal('a token', 'ada')
    expect(new TokenSeal([next, old]).open(sealed, 'ada')).toBe('a token')
    expect(new TokenSeal([next]).open(sealed, 'ada')).toBeUndefined()
    expect(new TokenSeal([old]).open(new TokenSeal([next, old]).seal('a token', 'ada'), 'ada')).toBeUndefined()
  })
  it('is not opened as somebody else, changed, or cut off', () => {
    const seal = new TokenSeal([key()])
    const text = seal.seal('a token', 'ada')
    expect(seal.open(text, 'grace')).toBeUndefined()
    const sealed = Buffer.from(text, 'base64')
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] as number) ^ 1
      expect(seal.open(changed.toString('base64'), 'ada')).toBeUndefined()
      expect(seal.open(sealed.subarray(0, at).toString('base64'), 'ada')).toBeUndefined()
    }
  })
})

describe('the keys of a site', () => {
  it('stand one on each line', () => {
    const keys = [key(), key()]
    expect(readKeys(`${keys.map((one) => one.toString('base64')).join('\n')}\n`)).toEqual(keys)
  })
  it.each(['', 'short', randomBytes(31).toString('base64'), `${randomBytes(32).toString('base64')}\nx`])(
    'that are none are refused with what they have to be: %j',
    (text) => expect(() => readKeys(text)).toThrow(/32 bytes in base64/),
  )
})
