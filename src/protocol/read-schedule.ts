/** Reads when an execution shall start and how long it may run. */
import {
  DateError,
  formatInstant,
  parseDuration,
  parseStartWindow,
  readInstant,
  type Instant,
  type Reading,
} from '../domain/dates.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import type { Schemas } from './contract.ts'
import { textOf } from './read-meta.ts'
import type { RequestNotes } from './request-notes.ts'

/** The end of a window that has none: the last instant that can be written. */
const LATEST: Instant = Date.UTC(9999, 11, 31)

/** Reads the schedule; without a start, as soon as possible. */
export function readSchedule(
  wire: Schemas['RequestedSchedule'] | undefined,
  defaultDurationMs: number,
  notes: RequestNotes,
): Pick<ExecutionRequest, 'durationMs' | 'starts' | 'startEarly'> {
  const { duration, start, notBefore, startEarly } = wire?.requested ?? {}
  const listed = Array.isArray(start)
  // An empty text says nothing, as it does for a duration.
  const texts = listed ? start : textOf(start) ? [start as string] : []
  const starts = texts.flatMap((text, index) => {
    const pointer = listed ? `/schedule/requested/start/${index}` : '/schedule/requested/start'
    const window = readDate(text, pointer, parseStartWindow, notes)
    return window ? [{ ...window, pointer }] : []
  })
  const beginAt = starts[0]?.fromAt ?? notes.now
  const durationMs = textOf(duration)
    ? readDate(duration as string, '/schedule/requested/duration', (text) => parseDuration(text, beginAt), notes)
    : undefined
  const notBeforeAt = textOf(notBefore)
    ? readDate(notBefore as string, '/schedule/requested/notBefore', readInstant, notes)
    : undefined
  return {
    durationMs: durationMs ?? defaultDurationMs,
    starts: notBeforeAt === undefined ? starts : startsFrom(starts, notBeforeAt, notes),
    ...(startEarly === undefined ? {} : { startEarly }),
  }
}

/** The windows without what lies before an instant; as soon as possible becomes a window that has no end. */
function startsFrom(
  starts: ExecutionRequest['starts'],
  notBeforeAt: Instant,
  notes: RequestNotes,
): ExecutionRequest['starts'] {
  const pointer = '/schedule/requested/notBefore'
  if (starts.length === 0) return [{ fromAt: notBeforeAt, toAt: LATEST, pointer }]
  const later = starts.filter(({ toAt }) => toAt >= notBeforeAt)
  if (later.length === 0)
    notes.invalid(
      pointer,
      formatInstant(notBeforeAt),
      'it is after every start that is asked for; leave one of them out',
    )
  return later.map((window) => ({ ...window, fromAt: Math.max(window.fromAt, notBeforeAt) }))
}

/** Reads a date and notes what was wrong with it or how it was read. */
function readDate<Value>(
  text: string,
  pointer: string,
  parse: (text: string) => Reading<Value>,
  notes: RequestNotes,
): Value | undefined {
  try {
    const { value, readAs } = parse(text)
    if (readAs) notes.say(message('date-read-as', notes.now, { pointer, text, readAs }))
    return value
  } catch (error) {
    if (!(error instanceof DateError)) throw error
    notes.invalid(pointer, text, error.detail)
    return undefined
  }
}
