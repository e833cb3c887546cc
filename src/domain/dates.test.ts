import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import {
  DateError,
  formatDuration,
  formatInstant,
  parseDuration,
  parseInstant,
  parseStartWindow,
  readInstant,
} from './dates.ts'

const at = (text: string) => Date.parse(text)

/** So many months later by the calendar of the language; a day that the month does not have is its last. */
function byCalendar(from: number, months: number): number {
  const begin = new Date(from)
  const first = Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + months, 1)
  const last = new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + months + 1, 0)).getUTCDate()
  const day = Math.min(begin.getUTCDate(), last)
  return first + (day - 1) * 86_400_000 + (from % 86_400_000)
}
const seconds = (text: string, from = at('2026-01-31T00:00:00Z')) => parseDuration(text, from).value / 1000

describe('an instant', () => {
  it.each([
    ['2026-08-14T11:30:00Z', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11:30Z', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11:30:00.250Z', '2026-08-14T11:30:00.250Z'],
    ['2026-08-14T13:30:00+02:00', '2026-08-14T11:30:00Z'],
    ['2026-08-14', '2026-08-14T00:00:00Z'],
    ['  2026-08-14T11:30:00Z ', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11Z', '2026-08-14T11:00:00Z'],
    ['2026-08-14 11:30Z', '2026-08-14T11:30:00Z'],
    ['2026-08-14t11:30z', '2026-08-14T11:30:00Z'],
    ['20260814T113000Z', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11:30:00,25Z', '2026-08-14T11:30:00.250Z'],
    ['2026-08-14T11:30:00.123456789Z', '2026-08-14T11:30:00.123Z'],
    ['2026-08-14T13:30+02', '2026-08-14T11:30:00Z'],
    ['2026-08-14T13:30+0200', '2026-08-14T11:30:00Z'],
    ['2026-08-14T06:00-05:30', '2026-08-14T11:30:00Z'],
    ['2026-08-15T01:30+14:00', '2026-08-14T11:30:00Z'],
    ['2026-08-14T11:30-00:00', '2026-08-14T11:30:00Z'],
    ['2026-08-14T24:00Z', '2026-08-15T00:00:00Z'],
    ['2026-12-31T24:00:00.0+01:00', '2026-12-31T23:00:00Z'],
    ['2026-06-30T23:59:60Z', '2026-06-30T23:59:59Z'],
    ['2028-02-29', '2028-02-29T00:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is read as %s', (text, meant) => {
    expect(formatInstant(parseInstant(text))).toBe(meant)
  })
  it.each([
    ['2026-12-01T09:00 Europe/Berlin', '2026-12-01T09:00:00+01:00'],
    ['2026-08-14T11:30[Europe/Paris]', '2026-08-14T11:30:00+02:00'],
    ['2026-08-14T11:30:00Z[Europe/Paris]', '2026-08-14T11:30:00Z'],
    ['2026-12-01T09:00+01:00[Europe/Berlin]', '2026-12-01T09:00+01:00'],
    ['2026-12-01T09:00+0100[!Europe/Berlin]', '2026-12-01T09:00+0100'],
    ['2026-06-01 09:00:30 America/New_York', '2026-06-01T09:00:30-04:00'],
    ['2026-12-01T09:00 america/argentina/buenos_aires', '2026-12-01T09:00:00-03:00'],
    ['2026-11-30T23:30:00 CET', '2026-11-30T23:30:00+01:00'],
    ['2026-11-30T23:30:00 UTC', '2026-11-30T23:30:00+00:00'],
    ['2026-11-30T23:30:00 Etc/GMT+5', '2026-11-30T23:30:00-05:00'],
    ['2026-11-30T23:30:00\u221205:00', '2026-11-30T23:30:00-05:00'],
  ])('%s is read as %s, which is said', (text, readAs) => {
    expect(readInstant(text)).toEqual({ value: Date.parse(readAs.replace('+0100', '+01:00')), readAs })
    expect(parseStartWindow(text).readAs).toBe(readAs)
  })
  it.each([
    ['2026-12-01T09:00 Europe/Berlin/PT2H', '2026-12-01T09:00:00+01:00/PT2H'],
    [
      '2026-12-01T09:00 Europe/Berlin/2026-12-01T11:00 Europe/London',
      '2026-12-01T09:00:00+01:00/2026-12-01T11:00:00+00:00',
    ],
    ['2026-12-01T09:00[Europe/Berlin]/12:00', '2026-12-01T09:00:00+01:00/12:00'],
    ['PT2H/2026-12-01T09:00 Europe/Berlin', 'PT2H/2026-12-01T09:00:00+01:00'],
  ])('%s is the interval %s', (text, meant) => {
    const { value, readAs } = parseStartWindow(text)
    expect({ value, readAs: readAs?.split('/')[0] }).toEqual({
      value: parseStartWindow(meant).value,
      readAs: meant.split('/')[0],
    })
  })
  it.each([
    ['2026-08-14T11:30:00', 'no time zone'],
    ['2026-12-01T09:00 Europe/Nowhere', 'names a time zone that is not known; write one such as Europe/Berlin'],
    ['2026-12-01T09:00[u-ca=hebrew]', 'names a time zone that is not known'],
    ['2026-12-01T09:00+05:00[Europe/Berlin]', "does not have then; write '2026-12-01T09:00:00+01:00'"],
    ['09:00 [Europe/Berlin]', 'has brackets that are no time zone; write an offset'],
    ['2026-02-30', 'is not a date'],
    ['2027-02-29', 'is not a date'],
    ['2026-13-01T00:00:00Z', 'is not an instant'],
    ['2026-08-14T25:00Z', 'is not an instant'],
    ['2026-08-14T24:01Z', 'is not an instant'],
    ['2026-08-14T11:60Z', 'is not an instant'],
    ['2026-08-14T11:30:61Z', 'is not an instant'],
    ['2026-08-14T11:30+24:00', 'is not an instant'],
    ['2026-08-14T11.5Z', 'is not an instant'],
    ['2026-W33-5', 'counts weeks or days'],
    ['2026W335T11:30Z', 'counts weeks or days'],
    ['2026-226', 'counts weeks or days'],
    ['2026226T1130Z', 'counts weeks or days'],
    ['2026-08', 'is not an instant'],
    ['2026', 'is not an instant'],
    ['26-08-14', 'is not an instant'],
    ['14.08.2026', 'is not an instant'],
    ['1786800000', 'is not an instant'],
    ['11:30Z', 'is not an instant'],
    ['0000-12-31', 'years from 0001'],
    ['+012026-01-01T00:00Z', 'not of four digits'],
    ['-000001-01-01T00:00Z', 'not of four digits'],
    ['9999-12-31T24:00Z', 'years from 0001'],
    ['tomorrow', 'is not an instant'],
    ['', 'is not an instant'],
    ['2'.repeat(1_000_000), 'at most 100 characters'],
  ])('%.40s is refused: %s', (text, reason) => {
    expect(() => parseInstant(text)).toThrow(DateError)
    expect(() => parseInstant(text)).toThrow(reason)
  })
  it('with an offset is the instant that it is in UTC', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at('2200-01-01T00:00:00Z') }), offset, (instant, minutes) => {
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
        const zone = `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
        const local = new Date(instant + minutes * 60_000).toISOString().replace('Z', zone)
        expect(parseInstant(local)).toBe(instant)
      }),
    )
  })
  it('is never anything but read or refused, whatever the text', () => {
    const mark = fc.constantFrom(...'0123456789-:TZ+/PWDHMS.,[] ')
    fc.assert(
      fc.property(fc.string({ unit: mark, maxLength: 30 }), (text) => {
        for (const parse of [parseInstant, parseStartWindow, (one: string) => parseDuration(one, 0)]) {
          try {
            parse(text)
          } catch (error) {
            if (!(error instanceof DateError)) throw error
          }
        }
      }),
      { numRuns: 2000 },
    )
  })
  it('says what is missing when it has no time zone', () => {
    expect(() => parseInstant('2026-08-14T11:30')).toThrow("has no time zone; write '2026-08-14T11:30Z'")
  })
  it('is written and read again to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at('2200-01-01T00:00:00Z') }), (instant) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant)
        expect(formatInstant(instant)).toBe(new Date(instant).toISOString().replace('.000Z', 'Z'))
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
    ['PT1,5H', 5400],
    ['PT36H', 129_600],
    ['PT90M', 5400],
    ['P1W2D', 777_600],
    ['+PT1H', 3600],
    ['PT0.001S', 0.001],
    ['P1M', 28 * 86_400],
    ['P1M1.5D', 28 * 86_400 + 129_600],
    ['P1Y2M3DT4H', (365 + 31 + 28 + 3) * 86_400 + 14_400],
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
  it.each([
    ['PT0S', 'not longer than zero'],
    ['P0D', 'not longer than zero'],
    ['PT0.0001S', 'not longer than zero'],
    ['-PT5M', 'is negative'],
    ['P1Y-1M', 'is not a duration'],
    ['P', 'is not a duration'],
    ['PT', 'is not a duration'],
    ['P1DT', 'is not a duration'],
    ['PT1H1H', 'is not a duration'],
    ['P1D1W', 'is not a duration'],
    ['PT1.5H30M', 'is not a duration'],
    ['P1.5M', 'fraction of a month'],
    ['P0,5Y', 'fraction of a month'],
    ['2', 'is not a duration'],
    ['2h', "is not a duration; write 'PT2H'"],
    ['5m', "is not a duration; write 'PT5M'"],
    ['1h30m', "is not a duration; write 'PT1H30M'"],
    ['2 d', "is not a duration; write 'P2D'"],
    ['90 min', "is not a duration; write 'PT90M'"],
    ['1:30:00', 'is not a duration'],
    ['', 'is not a duration'],
    ['PT1E3S', 'is not a duration'],
    ['P9999Y', 'years from 0001'],
    ['P999999Y', 'is not in range'],
    ['PT99999999999999999999S', 'is not a duration'],
    [`P${'1'.repeat(1_000_000)}D`, 'at most 100 characters'],
  ])('%.40s is refused: %s', (text, reason) => {
    expect(() => parseDuration(text, at('2026-01-31T00:00:00Z'))).toThrow(DateError)
    expect(() => parseDuration(text, at('2026-01-31T00:00:00Z'))).toThrow(reason)
  })
  it('of years, months and days ends where the calendar says', () => {
    const small = (max: number) => fc.integer({ min: 0, max })
    const begin = fc.integer({ min: 0, max: at('2100-01-01T00:00:00Z') })
    fc.assert(
      fc.property(begin, small(50), small(30), small(400), small(100), (from, years, months, days, hours) => {
        fc.pre(years + months + days + hours > 0)
        const length = parseDuration(`P${years}Y${months}M${days}DT${hours}H`, from).value
        expect(from + length).toBe(byCalendar(from, years * 12 + months) + days * 86_400_000 + hours * 3_600_000)
      }),
    )
  })
  it('is written and read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 12 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds), 0).value).toBe(milliseconds)
        const balanced = Temporal.Duration.from({ milliseconds }).round({ largestUnit: 'day' })
        expect(formatDuration(milliseconds)).toBe(balanced.toString())
        expect(formatDuration(-milliseconds)).toBe(balanced.negated().toString())
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
    ['P1M/2026-03-31', '2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z'],
    ['2026-08-14T20:00Z/T24:00Z', '2026-08-14T20:00:00Z', '2026-08-15T00:00:00Z'],
    ['2026-08-14/2026-08-16', '2026-08-14T00:00:00Z', '2026-08-16T00:00:00Z'],
    ['2026-08-14/09-01', '2026-08-14T00:00:00Z', '2026-09-01T00:00:00Z'],
    ['2026-08-14T11:30Z/P1W', '2026-08-14T11:30:00Z', '2026-08-21T11:30:00Z'],
    ['2026-08-14T11:30Z/P1Y', '2026-08-14T11:30:00Z', '2027-08-14T11:30:00Z'],
    ['2026-08-14T11:30Z/2026-08-14T11:30Z', '2026-08-14T11:30:00Z', '2026-08-14T11:30:00Z'],
    [' 2026-08-14T11:30Z/PT0,5H ', '2026-08-14T11:30:00Z', '2026-08-14T12:00:00Z'],
  ])('%s is from %s to %s', (text, from, to) => {
    const { value } = parseStartWindow(text)
    expect([formatInstant(value.fromAt), formatInstant(value.toAt)]).toEqual([from, to])
  })
  it('with a tolerated duration says how it was read', () => {
    expect(parseStartWindow('2026-08-14T11:30Z/P1H').readAs).toBe('2026-08-14T11:30Z/PT1H')
    expect(parseStartWindow('P1H/2026-08-14T11:30Z').readAs).toBe('PT1H/2026-08-14T11:30Z')
  })
  it('that begins or ends in a leap second says how it was read', () => {
    expect(parseStartWindow('2026-06-30T23:59:60Z').readAs).toBe('2026-06-30T23:59:59Z')
    expect(parseStartWindow('2026-06-30/T23:59:60Z').readAs).toBe('2026-06-30/2026-06-30T23:59:59Z')
  })
  it('in no need of a tolerance says nothing', () => {
    expect(parseStartWindow('2026-08-14T11:30Z/PT1H').readAs).toBeUndefined()
    expect(parseStartWindow('2026-08-14T11:30Z/T12:00Z').readAs).toBeUndefined()
  })
  it.each([
    'R5/2026-08-14T11:30Z/P1D',
    '2026-08-14T11:30Z/2026-08-14T11:00Z',
    'PT1H/PT2H',
    'P1D',
    '2026-08-14T11:30Z/-PT1H',
    'a/b/c',
    '2026-08-14T11:30Z/',
    '/2026-08-14T11:30Z',
    '/',
    'R/2026-08-14T11:30Z/P1D',
    '2026-08-14T11:30Z/PT0S',
    'PT0S/2026-08-14T11:30Z',
    '2026-08-14T11:30Z/P999999Y',
    'P9999Y/2026-08-14T11:30Z',
    '2026-08-14T11:30Z--2026-08-14T12:30Z',
    '2026-08-14T11:30/T12:00Z',
    `2026-08-14T11:30Z/P${'1'.repeat(100_000)}`,
  ])('%s is refused', (text) => {
    expect(() => parseStartWindow(text)).toThrow(DateError)
  })
})
