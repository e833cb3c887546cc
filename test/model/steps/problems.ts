/** What a life with something in it that happened has to be like. */
import { isDeepStrictEqual } from 'node:util'
import type { Fault } from './faults.ts'
import type { Life } from './lives.ts'
import type { Point } from './outside.ts'

/** What is wrong with a life in which something happened at a point, beside the usual one; each with the point. */
export async function problemsOf(living: Promise<Life>, usual: Life, point: Point, fault: Fault): Promise<string[]> {
  const life = await living.catch((error: unknown) => String(error))
  const problems = typeof life === 'string' ? [life] : problemsIn(life, usual, point, fault)
  return problems.map((problem) => `${point.name}: ${problem}`)
}

function problemsIn(life: Life, usual: Life, point: Point, fault: Fault): string[] {
  const problems = [...life.faults]
  // What asks the database comes in an order that may differ; everything else is asked in every life.
  if (!life.reachedFault && !point.name.startsWith('database') && !point.name.startsWith('transaction'))
    problems.push('it was not reached')
  const becomes = fault.becomes(point)
  const expected = becomes === 'CANCELLED' && !life.cancelled ? 'the same' : becomes
  if (expected === 'the same') {
    if (!isDeepStrictEqual(life.seen, usual.seen)) problems.push(differenceOf(usual.seen, life.seen))
  } else if (life.phase !== expected) problems.push(`it became ${life.phase}, and not ${expected}`)
  return problems
}

/** The parts of what is seen that differ. */
function differenceOf(usual: Life['seen'], seen: Life['seen']): string {
  const parts = Object.entries(seen).filter(([name, value]) => !isDeepStrictEqual(value, usual[name]))
  return JSON.stringify(parts.map(([name, value]) => ({ [name]: value, usually: usual[name] })))
}
