import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DateError, formatDuration, formatInstant, parseDuration, parseInstant, parseStartWindow } from './dates.ts'

const at = (text: string) => Date.parse(text)
const seconds = (text: string, from = at('2026-01-31T00:00:00Z')) => parseDuration(text, from).value / 1000

describe('an instant', () => {
  it.each([
    ['2026-08-14T11:30:00Z', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11:30Z', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11:30:00.250Z', '2026-08-14T11:30:00.250Z'],
    ['2026-08-14T13:30:00+02:00', '2026-08-14T11:30:00Z'],
    ['2026-08-14', '2026-08-14T00:00:00Z'],
    ['  2026-08-14T11:30:00Z ', '2026-08-14T11:30:00Z'],
  ])('%s is read as %s', (text, meant) => {
    expect(formatInstant(parseInstant(text))).toBe(meant)
  })
  it.each(['2026-08-14T11:30:00', '2026-02-30', '2026-13-01T00:00:00Z', 'tomorrow', '', '2026-08-14T25:00Z'])(
    '%s is refused',
    (text) => {
      expect(() => parseInstant(text)).toThrow(DateError)
    },
  )
  it('says what is missing when it has no time zone', () => {
    expect(() => parseInstant('2026-08-14T11:30')).toThrow("has no time zone; write '2026-08-14T11:30Z'")
  })
  it('is written and read again to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at('2200-01-01T00:00:00Z') }), (instant) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant)
      }),
    )
  })
})

describe('a duration', () => {
  it.each([
    ['PT2H', 7200],
    ['PT90S', 90],
    ['PT0.5S', 0.5],
    ['PT1.5H', 5400],
    ['P1D', 86_400],
    ['P1W', 604_800],
    ['P1.5D', 129_600],
    ['P0.5W', 302_400],
    ['P1DT2H3M4S', 93_784],
    ['p1dt2h', 93_600],
  ])('%s is %d seconds', (text, expected) => {
    expect(seconds(text)).toBe(expected)
  })
  it('of months goes by the calendar', () => {
    expect(seconds('P1M')).toBe(28 * 86_400)
    expect(seconds('P1M', at('2026-07-01T00:00:00Z'))).toBe(31 * 86_400)
    expect(seconds('P1Y', at('2028-01-01T00:00:00Z'))).toBe(366 * 86_400)
  })
  it('without its T is read with it, and says so', () => {
    expect(parseDuration('P1H', 0)).toEqual({ value: 3_600_000, readAs: 'PT1H' })
    expect(parseDuration('PT1H', 0)).toEqual({ value: 3_600_000 })
  })
  it.each(['PT0S', '-PT5M', 'P', 'PT', '2', 'P1.5M', '2h', ''])('%s is refused', (text) => {
    expect(() => parseDuration(text, 0)).toThrow(DateError)
  })
  it('is written and read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 12 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds), 0).value).toBe(milliseconds)
      }),
    )
  })
})

describe('a start window', () => {
  it.each([
    ['2026-08-14T11:30Z', '2026-08-14T11:30:00Z', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11:30Z/2026-08-14T12:00Z', '2026-08-14T11:30:00Z', '2026-08-14T12:00:00Z'],
    ['2026-08-14T11:30Z/T12:00Z', '2026-08-14T11:30:00Z', '2026-08-14T12:00:00Z'],
    ['2026-08-14T11:30Z/12:00', '2026-08-14T11:30:00Z', '2026-08-14T12:00:00Z'],
    ['2026-08-14T11:30+02:00/T12:00', '2026-08-14T09:30:00Z', '2026-08-14T10:00:00Z'],
    ['2026-08-14T11:30Z/16T12:00Z', '2026-08-14T11:30:00Z', '2026-08-16T12:00:00Z'],
    ['2026-08-14/15', '2026-08-14T00:00:00Z', '2026-08-15T00:00:00Z'],
    ['2026-08-14/P1D', '2026-08-14T00:00:00Z', '2026-08-15T00:00:00Z'],
    ['2026-12-01/P1M', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['PT2H/2026-08-14T11:30Z', '2026-08-14T09:30:00Z', '2026-08-14T11:30:00Z'],
  ])('%s is from %s to %s', (text, from, to) => {
    const { value } = parseStartWindow(text)
    expect([formatInstant(value.fromAt), formatInstant(value.toAt)]).toEqual([from, to])
  })
  it('with a tolerated duration says how it was read', () => {
    expect(parseStartWindow('2026-08-14T11:30Z/P1H').readAs).toBe('2026-08-14T11:30Z/PT1H')
  })
  it.each([
    'R5/2026-08-14T11:30Z/P1D',
    '2026-08-14T11:30Z/2026-08-14T11:00Z',
    'PT1H/PT2H',
    'P1D',
    '2026-08-14T11:30Z/-PT1H',
    'a/b/c',
    '2026-08-14T11:30Z/',
  ])('%s is refused', (text) => {
    expect(() => parseStartWindow(text)).toThrow(DateError)
  })
})
