/** Reads how much of something a client wants. */
import { message } from '../domain/message.ts'
import type { Range } from '../domain/resources.ts'
import type { Schemas } from './contract.ts'
import type { RequestNotes } from './request-notes.ts'

/** More than anybody has of anything; the sums that are made of it stay exact. */
const AMOUNT_MAX = 1_000_000_000

/** At least `min` (1 when not given), at most `max` (the minimum when not given). */
export function readRange(wire: Schemas['MinMaxInteger'] | undefined, pointer: string, notes: RequestNotes): Range {
  const min = wire?.min ?? Math.min(1, wire?.max ?? 1)
  const max = wire?.max ?? min
  const wrong = Object.entries(wire ?? {}).filter(([, amount]) => amount < 0 || amount > AMOUNT_MAX)
  for (const [name, amount] of wrong)
    notes.invalid(`${pointer}/${name}`, amount, `write a whole number from 1 to ${AMOUNT_MAX}`)
  if (wrong.length > 0) return { min: 1, max: 1 }
  if (max < min) notes.say(message('minimum-above-maximum', notes.now, { pointer, minimum: min, maximum: max }))
  else if (max < 1) notes.invalid(pointer, max, 'at least 1 is needed; write 1 or more')
  return { min: Math.max(1, min), max }
}
