/** Reads the limits on costs and metrics of a request and its parts. An item without numbers limits nothing. */
import type { Instant } from '../domain/dates.ts'
import type { Limit } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import type { Schemas } from './contract.ts'
import { KIND } from './kinds.ts'

interface Limited {
  readonly costs?: readonly Schemas['CostItem'][]
  readonly metrics?: readonly Schemas['MetricItem'][]
}

/** The most limits of a request with all its parts: every plan is compared with every one of them. */
const LIMITS_MAX = 100

/** Reads all limits; `say` is told what is wrong with one. */
export function readLimits(wire: Schemas['ExecutionRequest'], now: Instant, say: (said: Message) => void): Limit[] {
  const { executable, compute, storage, data } = wire
  const limits: Limit[] = []
  readPart(wire, '', 'execution')
  readPart(executable, '/executable', 'uncharged')
  readPart(compute, '/compute', 'compute')
  compute?.volumes?.forEach((volume, index) => readPart(volume, `/compute/volumes/${index}`, 'uncharged'))
  storage?.forEach((one, index) => readPart(one, `/storage/${index}`, { family: 'storage', index }))
  data?.forEach((one, index) => readPart(one, `/data/${index}`, { family: 'data', index }))
  const [tooMany] = limits.slice(LIMITS_MAX)
  if (tooMany)
    say(message('too-many-limits', now, { count: limits.length, most: LIMITS_MAX, pointer: tooMany.pointer }))
  return limits

  function readPart(limited: Limited | undefined, pointer: string, part: Limit['part']): void {
    limited?.costs?.forEach((item, index) => readLimit(item, `${pointer}/costs/${index}`, 'cost', part))
    limited?.metrics?.forEach((item, index) => readLimit(item, `${pointer}/metrics/${index}`, 'metric', part))
  }

  function readLimit(
    item: Schemas['CostItem'] | Schemas['MetricItem'],
    pointer: string,
    about: Limit['about'],
    part: Limit['part'],
  ): void {
    if (item.kind === KIND.abstractCost || item.kind === KIND.abstractMetric) return
    const { type, units, min, max } = item
    if (min === undefined && max === undefined) return
    if (!type) {
      say(message('invalid-value', now, { pointer: `${pointer}/type`, value: '', reason: 'a limit needs a type' }))
      return
    }
    if (min !== undefined && max !== undefined && max < min)
      say(message('minimum-above-maximum', now, { pointer, minimum: min, maximum: max }))
    limits.push({
      pointer,
      about,
      type,
      part,
      ...(units ? { units } : {}),
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    })
  }
}
