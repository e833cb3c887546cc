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
})
