import { describe, expect, it } from 'vitest'
import { visible, VisibleOutput } from './visible.ts'

describe('a line for a terminal', () => {
  it.each([
    ['an escape', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
    ['a title', '\u001b]0;evil\u0007', '\\u001b]0;evil\\u0007'],
    ['another line', 'a\nCOMPLETED', 'a\\u000aCOMPLETED'],
    ['a return to its beginning', 'FAILED\rDONE', 'FAILED\\u000dDONE'],
    ['C1 and DEL', '\u009b2J\u007f', '\\u009b2J\\u007f'],
    ['turned writing', 'a\u202egpj.exe\u2066\u200f\u061c', 'a\\u202egpj.exe\\u2066\\u200f\\u061c'],
    ['separators', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['half of a character', 'a\ud800', 'a\\ud800'],
  ])('shows %s', (_, text, expected) => {
    expect(visible(text)).toBe(expected)
    expect(visible(visible(text))).toBe(expected)
  })
  it('leaves all writing as it is', () => {
    for (const text of ['Ünïcödé 星表 العربية עברית', 'क्‍ष 👩‍🚀', 'می‌خواهم', 'C:\\temp'])
      expect(visible(text)).toBe(text)
  })
  it('in JSON says the same as before', () => {
    const value = { name: '\u001b[2J\u009b\u202e\u007f\u2028' }
    const line = visible(JSON.stringify(value))
    expect(line).toMatch(/^[ -~]*$/)
    expect(JSON.parse(line)).toEqual(value)
  })
})

describe('the output of a program on a terminal', () => {
  const shown = (...pieces: (string | Uint8Array)[]) => {
    const output = new VisibleOutput()
    return pieces.map((piece) => output.next(Buffer.from(piece as string))).join('') + output.end()
  }
  it('keeps lines, progress bars and colours, which end with it', () => {
    expect(shown('a\tb\r\n50 %\r100 %\n')).toBe('a\tb\r\n50 %\r100 %\n')
    expect(shown('\u001b[1;31mred')).toBe('\u001b[1;31mred\u001b[0m')
    expect(shown('\u001b[38:5:208mx\u001b[m')).toBe('\u001b[38:5:208mx\u001b[m\u001b[0m')
  })
  it.each([
    ['clears nothing', '\u001b[2J', '\\u001b[2J'],
    ['sets no title', '\u001b]0;x\u0007', '\\u001b]0;x\\u0007'],
    ['copies nothing', '\u001b]52;c;eA==\u001b\\', '\\u001b]52;c;eA==\\u001b\\'],
    ['asks nothing', '\u001b[6n\u001b[c', '\\u001b[6n\\u001b[c'],
    ['turns no writing', '\u202ex', '\\u202ex'],
    ['hides no C1', '\u009b2J', '\\u009b2J'],
    ['takes nothing back', 'ab\b\u007f', 'ab\\u0008\\u007f'],
    ['hides nothing in colours', '\u001b[31\u001b[2Jm', '\\u001b[31\\u001b[2Jm'],
  ])('%s', (_, text, expected) => {
    expect(shown(text)).toBe(expected)
    // However it comes apart.
    expect(shown(...[...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toBe(expected)
  })
  it('puts together what came apart', () => {
    expect(shown(...[...Buffer.from('星\u001b[32m')].map((byte) => Uint8Array.of(byte)))).toBe('星\u001b[32m\u001b[0m')
    expect(shown('a\u001b')).toBe('a\\u001b')
    expect(shown(Uint8Array.of(0xe6, 0x98))).toBe('\ufffd')
  })
})
