import { describe, expect, it } from 'vitest'
import { canonical, commonName } from './distinguished-name.ts'

describe('a distinguished name', () => {
  it.each(['CN=ada,O=Example,C=CA', 'CN=ada, O=Example, C=CA', ' CN=ada ,O=Example,C=CA ', '/C=CA/O=Example/CN=ada'])(
    'has one spelling: %s',
    (written) => {
      expect(canonical(written)).toBe('CN=ada,O=Example,C=CA')
    },
  )
  it.each([
    ['CN=ada,O=Example', 'ada'],
    ['/C=CA/CN=ada/CN=proxy', 'proxy'],
    ['O=x\\,CN=ada,CN=eve', 'eve'],
    ['/O=x,CN=ada/CN=eve', 'eve'],
    ['O=x\\,CN=ada', undefined],
    ['cn=ada', 'ada'],
    ['XCN=ada', undefined],
    ['CN=eve\\,CN=ada', 'eve\\,CN=ada'],
  ])('%s has the common name %s', (written, expected) => {
    expect(commonName(written)).toBe(expected)
  })
  it.each([
    // An escaped space belongs to the value; its backslash does not escape the comma after it.
    ['CN=ada\\ ,O=x', 'CN=ada\\ ,O=x'],
    ['CN=ada\\20,O=x', 'CN=ada\\ ,O=x'],
    ['CN=ada\\  , O=x', 'CN=ada\\ ,O=x'],
    ['/O=x/CN=ada ', 'CN=ada\\ ,O=x'],
    ['O=x,CN=ada\\', 'O=x,CN=ada\\ '],
    ['CN=\\ ada,O=x', 'CN=\\ ada,O=x'],
    // A comma is a comma, however it is written.
    ['CN=ada\\,O=x', 'CN=ada\\,O=x'],
    ['CN=ada\\2cO=x', 'CN=ada\\,O=x'],
    ['CN="ada,O=x"', 'CN=ada\\,O=x'],
    ['/CN=ada,O=x', 'CN=ada\\,O=x'],
    // An escaped backslash at the end of a value escapes nothing.
    ['O=x\\\\,CN=eve', 'O=x\\\\,CN=eve'],
    ['O=x\\5C,CN=eve', 'O=x\\\\,CN=eve'],
    ['CN=a\\+b+UID=1', 'CN=a\\+b+UID=1'],
    ['/CN=a+b', 'CN=a\\+b'],
    ['CN=\\#1', 'CN=\\#1'],
    ['CN=a\\=b', 'CN=a=b'],
    ['CN=Jos\\c3\\a9', 'CN=Jos\\C3\\A9'],
    ['CN=\\61\\64\\61', 'CN=ada'],
  ])('%s is spelled %s, which stays what it is', (written, expected) => {
    expect([canonical(written), canonical(expected)]).toEqual([expected, expected])
  })
  it.each(['CN=ada\\ ,O=x', 'CN=ada\\\\,O=x', 'CN=ada,O=x', 'CN=ada\\2C O=x', 'CN=ada+O=x', 'CN=ada\\+O=x'])(
    '%s is another one than CN=ada\\,O=x',
    (written) => {
      expect(canonical(written)).not.toBe(canonical('CN=ada\\,O=x'))
    },
  )
  it.each(['CN=ada\\x,O=y', 'CN=ada>', 'CN="ada', 'CN=ada;O=x', 'CN=<ada>', 'CN=ada\\é'])(
    '%s is refused',
    (written) => {
      expect(() => canonical(written)).toThrow(/could be read in two ways: .*Write it as CN=ada,O=Example/)
    },
  )
  it('is the common name of none whose value only looks like another part', () => {
    expect(['O="x,CN=ada"', 'O=x\\2cCN=ada', 'O=x\\\\\\,CN=ada'].map(commonName)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(commonName('O=x\\\\,CN=eve')).toBe('eve')
  })
})
