/**
 * Instants, durations and intervals as clients write them (ISO 8601), exact to the millisecond.
 *
 * An instant is a number of milliseconds since 1970-01-01T00:00:00Z, a duration a number of milliseconds. Durations
 * with days, months or years have no fixed length: they are read relative to the instant that they begin or end at.
 */
import { Temporal } from 'temporal-polyfill'
import { remembering } from './remembering.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** A start window: an execution may start at any instant from `fromAt` to `toAt`, both included. */
export interface StartWindow {
  readonly fromAt: Instant
  readonly toAt: Instant
}

/** What was read, and whether the text needed a tolerance that should be reported. */
export interface Reading<Value> {
  readonly value: Value
  /** The text as it should have been written, when it was not. */
  readonly readAs?: string
}

/** Text that is no date. `detail` says what is wrong, for the client. */
export class DateError extends Error {
  readonly detail: string
  constructor(detail: string) {
    super(detail)
    this.name = 'DateError'
    this.detail = detail
  }
}

/** No date is longer; a longer text is not looked at, so that nobody can make the broker think about it. */
const LENGTH_MAX = 100
const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/
const ZONE = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/i
/** A time with the name of a zone behind it, as calendars, Java and RFC 9557 write it; the end of an interval may follow. */
const NAMED_ZONE =
  /(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?(?: ([a-z]{3}[\w+-]*(?:\/[a-z][\w+-]*)*?)(?=$|\/P[\dT]|\/\d)|\[!?([^\]]+)\])/gi
/** A duration as people write it: `5m`, `1h30m`, `2 d`, `90 min`. */
const SHORT_DURATION = /^(?:(\d{1,6}) ?D)? ?(?:(\d{1,6}) ?H)? ?(?:(\d{1,6}) ?M(?:IN)?)? ?(?:(\d{1,6}) ?S)?$/
const HOURS_WITHOUT_T = /^(P)(\d+(?:[.,]\d+)?H.*)$/
const END_OF_DAY = /([T ])24(:?00(?::?00(?:[.,]0+)?)?)(?=Z|[+-])/i
const LEAP_SECOND = /([T ]\d{2}:?\d{2}:?)60(?=[.,Z+-])/i
const DAY_MS = 86_400_000
/** The instants that can be written with four digits for the year. */
const YEARS = { fromAt: Date.parse('0001-01-01T00:00:00Z'), toAt: Date.parse('9999-12-31T23:59:59.999Z') }

/** Reads an instant. A date without a time is the midnight in UTC that begins it; a time needs a zone. */
export function parseInstant(text: string): Instant {
  return readInstant(text).value
}

/**
 * As `parseInstant`. `24:00` is the midnight that ends the day. A leap second is read as the second before it, and the
 * reading says so: no clock of a computer has it.
 */
export function readInstant(text: string): Reading<Instant> {
  const trimmed = withOffsets(text)
  if (DATE_ONLY.test(trimmed)) {
    const at = attempt(trimmed, 'a date', () => Temporal.PlainDate.from(trimmed).toZonedDateTime('UTC'))
    return { value: inYears(text, at.epochMilliseconds) }
  }
  refuseKnown(text, trimmed)
  const early = trimmed.replace(END_OF_DAY, (_, mark: string, rest: string) => `${mark}00${rest}`)
  const at = attempt(trimmed, 'an instant such as 2026-11-23T12:00:00Z', () => Temporal.Instant.from(early))
  const value = inYears(text, at.epochMilliseconds + (early === trimmed ? 0 : DAY_MS))
  if (LEAP_SECOND.test(trimmed)) return { value, readAs: formatInstant(value) }
  return trimmed === text.trim() ? { value } : { value, readAs: trimmed }
}

/** Says of forms that ISO 8601 has, or that other software writes, why they are not read. */
function refuseKnown(text: string, trimmed: string): void {
  if (/^[+-]\d/.test(trimmed)) throw new DateError(`'${text}' has a year that is not of four digits`)
  if (/^\d{4}-?W\d/i.test(trimmed) || /^\d{4}-?\d{3}(?!\d)/.test(trimmed))
    throw new DateError(`'${text}' counts weeks or days; write the date as year, month and day`)
  if (/^\d{4}-\d{2}-\d{2}[T ]/i.test(trimmed) && !ZONE.test(trimmed))
    throw new DateError(`'${text}' has no time zone; write '${trimmed}Z' if it is UTC`)
}

/**
 * The text with the offset in the place of the name of a zone. ISO 8601 has no names, and the rules of a zone may change
 * before the start, so the reading says which offset was taken.
 */
function withOffsets(text: string): string {
  const found = shortText(text).replace(
    NAMED_ZONE,
    (_, local: string, offset: string | undefined, name: string | undefined, inBrackets: string | undefined) =>
      withOffset(text, local, offset, name ?? inBrackets ?? ''),
  )
  if (!found.includes('[')) return found
  throw new DateError(
    `'${text}' has brackets that are no time zone; write an offset, such as 2026-12-01T09:00:00+01:00`,
  )
}

function withOffset(text: string, local: string, offset: string | undefined, zone: string): string {
  try {
    const there = Temporal.PlainDateTime.from(local.replace(',', '.').toUpperCase()).toZonedDateTime(zone)
    if (offset === undefined) return there.toString({ timeZoneName: 'never' })
    if (/^z$/i.test(offset) || offset.replace(':', '') === there.offset.replace(':', '')) return `${local}${offset}`
    throw new DateError(
      `'${text}' has an offset that ${zone} does not have then; write '${there.toString({ timeZoneName: 'never' })}', or the offset alone`,
    )
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new DateError(
      `'${text}' names a time zone that is not known; write one such as Europe/Berlin, or an offset such as +01:00`,
    )
  }
}

function inYears(text: string, at: Instant): Instant {
  if (at >= YEARS.fromAt && at <= YEARS.toAt) return at
  throw new DateError(`'${text}' is not in the years from 0001 to 9999`)
}

function shortText(text: string): string {
  if (text.length > LENGTH_MAX) throw new DateError(`a date has at most ${LENGTH_MAX} characters`)
  // ISO 8601 writes the minus of an offset as a hyphen or as the minus sign of typography.
  return text.trim().replaceAll('\u2212', '-')
}

/**
 * Reads a duration, in milliseconds from `beginAt`. `P1H` is read as `PT1H`, and the reading says so. Zero and
 * negative durations are refused.
 */
export function parseDuration(text: string, beginAt: Instant): Reading<number> {
  const clock = clockDuration(text)
  if (clock !== undefined) return { value: inYears(text, beginAt + clock) - beginAt }
  const { value: duration, readAs } = readDuration(text)
  const milliseconds = later(text, beginAt, duration) - beginAt
  if (milliseconds <= 0) throw new DateError(`'${text}' is not longer than zero`)
  return { value: milliseconds, ...(readAs ? { readAs } : {}) }
}

/** Hours, minutes and seconds without fractions: what nearly everybody writes, and what needs no calendar. */
const CLOCK_DURATION = /^PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?$/

/** A duration of the clock in milliseconds; undefined for any other, and for zero. */
function clockDuration(text: string): number | undefined {
  const [, hours = 0, minutes = 0, seconds = 0] = CLOCK_DURATION.exec(text) ?? []
  return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000 || undefined
}

/**
 * Reads when an execution may start: an instant (an absolute start), `start/end`, `start/duration` or `duration/end`.
 * The end may leave out what it shares with the start (`2026-08-14T11:30Z/T12:00Z`).
 */
export function parseStartWindow(text: string): Reading<StartWindow> {
  // The name of a time zone may have a slash, which would look like an interval.
  const trimmed = withOffsets(text)
  const parts = trimmed.split('/')
  if (/^R\d*$/i.test(parts[0] ?? '')) throw new DateError(`'${text}' repeats; give each start of its own`)
  if (parts.length === 1) {
    const { value: at, readAs } = readInstant(text)
    return { value: { fromAt: at, toAt: at }, ...(readAs ? { readAs } : {}) }
  }
  if (parts.length !== 2) throw new DateError(`'${text}' is not an interval of the form start/end or start/duration`)
  return readInterval(text, parts[0] as string, parts[1] as string)
}

function readInterval(text: string, left: string, right: string): Reading<StartWindow> {
  const leftIsDuration = isDuration(left)
  const rightIsDuration = isDuration(right)
  if (leftIsDuration && rightIsDuration) throw new DateError(`'${text}' has two durations and no instant`)
  if (leftIsDuration) {
    const duration = readDuration(left)
    const to = readInstant(right)
    const fromAt = earlier(text, to.value, duration.value)
    return window(text, fromAt, to.value, [duration.readAs ?? left, to.readAs ?? right])
  }
  const from = readInstant(left)
  if (rightIsDuration) {
    const duration = readDuration(right)
    const toAt = later(text, from.value, duration.value)
    if (toAt === from.value) throw new DateError(`'${text}' is not longer than zero; write the instant alone`)
    return window(text, from.value, toAt, [from.readAs ?? left, duration.readAs ?? right])
  }
  const to = readInstant(completeEnd(left, right))
  return window(text, from.value, to.value, [from.readAs ?? left, to.readAs ?? right])
}

function window(text: string, fromAt: Instant, toAt: Instant, parts: readonly [string, string]): Reading<StartWindow> {
  if (toAt < fromAt) throw new DateError(`'${text}' ends before it begins`)
  const readAs = parts.join('/')
  return { value: { fromAt, toAt }, ...(readAs === text.trim() ? {} : { readAs }) }
}

/** Fills the end of an interval with what it leaves out of the start: the date or the beginning of it, and the zone. */
function completeEnd(start: string, end: string): string {
  const [startDate, startTime] = splitDateTime(start)
  const [endDate, endTime] = splitDateTime(end)
  const date = startDate.slice(0, Math.max(0, startDate.length - endDate.length)) + endDate
  if (endTime === '') return date
  return `${date}T${endTime}${ZONE.test(endTime) ? '' : (ZONE.exec(startTime)?.[0] ?? '')}`
}

/** The date and the time of a text that may have only one of them; a time alone has a colon or a leading T. */
function splitDateTime(text: string): [date: string, time: string] {
  const trimmed = text.trim()
  if (/^\d{2}:/.test(trimmed)) return ['', trimmed]
  const [date = '', time = ''] = trimmed.split(/[T ]/i)
  return [date, time]
}

function isDuration(text: string): boolean {
  return /^[+-]?P/i.test(text.trim())
}

function readDuration(text: string): Reading<Temporal.Duration> {
  const trimmed = shortText(text).toUpperCase()
  if (trimmed.startsWith('-')) throw new DateError(`'${text}' is negative`)
  const meant = shortDuration(trimmed)
  if (meant !== undefined) throw new DateError(`'${text}' is not a duration; write '${meant}'`)
  const readAs = trimmed.replace(HOURS_WITHOUT_T, '$1T$2')
  const value = attempt(text, 'a duration such as PT2H', () => Temporal.Duration.from(fractionsToSeconds(readAs)))
  return { value, ...(readAs === trimmed ? {} : { readAs }) }
}

/** A duration that people write without ISO 8601, as it is written there; undefined for any other text. */
function shortDuration(text: string): string | undefined {
  const [, days, hours, minutes, seconds] = SHORT_DURATION.exec(text) ?? []
  const part = (amount: string | undefined, unit: string) => (amount === undefined ? '' : `${Number(amount)}${unit}`)
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S')
  const written = `${part(days, 'D')}${time === '' ? '' : `T${time}`}`
  return written === '' ? undefined : `P${written}`
}

/**
 * ISO 8601 allows a fraction in the last part of a duration; Temporal knows it for times only. Fractions of days and
 * weeks have a fixed length and are turned into seconds; fractions of months and years have none and are refused.
 */
function fractionsToSeconds(duration: string): string {
  const match = /^P([^.,]*?)(?<!\d)(\d+[.,]\d+)([YMWD])$/.exec(duration)
  if (!match) return duration
  const [, before, amount, unit] = match as unknown as [string, string, string, string]
  const days = { D: 1, W: 7 }[unit]
  if (!days) throw new DateError(`'${duration}' has a fraction of a month or year, which has no fixed length`)
  return `P${before}T${(Number(amount.replace(',', '.')) * days * 86_400).toFixed(3)}S`
}

/** The instant that is `duration` after another, by the calendar of UTC. */
function later(text: string, at: Instant, duration: Temporal.Duration): Instant {
  return inYears(
    text,
    attempt(text, 'in range', () => zoned(at).add(duration).epochMilliseconds),
  )
}

/** The instant that is `duration` before another, by the calendar of UTC. */
function earlier(text: string, at: Instant, duration: Temporal.Duration): Instant {
  const fromAt = inYears(
    text,
    attempt(text, 'in range', () => zoned(at).subtract(duration).epochMilliseconds),
  )
  if (fromAt === at) throw new DateError(`'${text}' is not longer than zero; write the instant alone`)
  return fromAt
}

function zoned(at: Instant): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC')
}

function attempt<Value>(text: string, what: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw new DateError(`'${text}' is not ${what}`)
    throw error
  }
}

/** Numbers below a hundred in two digits. */
const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))

/** The day that was written last, as days since 1970 and as text: the instants of an answer are rarely of many days. */
let lastDay = { day: 0, text: '1970-01-01T' }

/**
 * An instant as the broker writes it: `2026-11-23T12:00:00Z`, with milliseconds only where there are some. The parts of an
 * answer share a few, each of which it has a dozen times.
 */
export const formatInstant = remembering(256, (at: Instant): string => {
  const whole = Math.trunc(at)
  const day = Math.floor(whole / DAY_MS)
  if (day !== lastDay.day)
    lastDay = { day, text: new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length) }
  const inDay = whole - day * DAY_MS
  const milliseconds = inDay % 1000
  const hours = TWO_DIGITS[Math.floor(inDay / 3_600_000)]
  const minutes = TWO_DIGITS[Math.floor(inDay / 60_000) % 60]
  const seconds = TWO_DIGITS[Math.floor(inDay / 1000) % 60]
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`
  return `${lastDay.text}${hours}:${minutes}:${seconds}${fraction}Z`
})

/**
 * A duration as the broker writes it: hours, minutes and seconds (`PT1H30M`), days from one day on (`P2DT3H`). Every
 * answer has some dozens of them, and the calendar of the language took a fifth of the time of an answer for them.
 */
export const formatDuration = remembering(256, (milliseconds: number): string => {
  const all = Math.abs(Math.round(milliseconds))
  const days = Math.floor(all / DAY_MS)
  const hours = Math.floor((all % DAY_MS) / 3_600_000)
  const minutes = Math.floor((all % 3_600_000) / 60_000)
  const seconds = (all % 60_000) / 1000
  const date = days > 0 ? `${days}D` : ''
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`
  if (date === '' && time === '') return 'PT0S'
  return `${milliseconds < 0 ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`
})

/** A start window as the broker writes it: `<instant>/<duration>`. */
export function formatStartWindow(window: StartWindow): string {
  return `${formatInstant(window.fromAt)}/${formatDuration(window.toAt - window.fromAt)}`
}
