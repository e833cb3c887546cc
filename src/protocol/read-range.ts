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
  for (const [name, amount] of Object.entries(wire ?? {}))
    if (amount < 0 || amount > AMOUNT_MAX)
      notes.invalid(`${pointer}/${name}`, amount, `it is a whole number from 0 to ${AMOUNT_MAX}`)
  if (max < min) notes.say(message('minimum-above-maximum', notes.now, { pointer, minimum: min, maximum: max }))
  else if (max < 1) notes.invalid(pointer, max, 'at least 1 is needed')
  return { min: Math.max(1, min), max }
}
