/** Reads when an execution shall start and how long it may run. */
import { DateError, parseDuration, parseStartWindow, type Reading } from '../domain/dates.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import type { Schemas } from './contract.ts'
import { textOf } from './read-meta.ts'
import type { RequestNotes } from './request-notes.ts'

/** Reads the schedule; without a start, as soon as possible. */
export function readSchedule(
  wire: Schemas['RequestedSchedule'] | undefined,
  defaultDurationMs: number,
  notes: RequestNotes,
): Pick<ExecutionRequest, 'durationMs' | 'starts'> {
  const { duration, start } = wire?.requested ?? {}
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
  return { durationMs: durationMs ?? defaultDurationMs, starts }
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
