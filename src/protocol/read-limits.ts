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

/** Reads all limits; `say` is told what is wrong with one. */
export function readLimits(wire: Schemas['ExecutionRequest'], now: Instant, say: (said: Message) => void): Limit[] {
  const { executable, compute, storage = [], data = [] } = wire
  const parts: [Limited | undefined, string, Limit['part']][] = [
    [wire, '', 'execution'],
    [executable, '/executable', 'uncharged'],
    [compute, '/compute', 'compute'],
    ...(compute?.volumes ?? []).map((volume, index): [Limited, string, Limit['part']] => [
      volume,
      `/compute/volumes/${index}`,
      'uncharged',
    ]),
    ...storage.map((one, index): [Limited, string, Limit['part']] => [
      one,
      `/storage/${index}`,
      { family: 'storage', index },
    ]),
    ...data.map((one, index): [Limited, string, Limit['part']] => [one, `/data/${index}`, { family: 'data', index }]),
  ]
  return parts.flatMap(([limited, pointer, part]) => [
    ...(limited?.costs ?? []).flatMap((item, index) => readLimit(item, `${pointer}/costs/${index}`, 'cost', part)),
    ...(limited?.metrics ?? []).flatMap((item, index) =>
      readLimit(item, `${pointer}/metrics/${index}`, 'metric', part),
    ),
  ])

  function readLimit(
    item: Schemas['CostItem'] | Schemas['MetricItem'],
    pointer: string,
    about: Limit['about'],
    part: Limit['part'],
  ): Limit[] {
    if (item.kind === KIND.abstractCost || item.kind === KIND.abstractMetric) return []
    const { type, units, min, max } = item
    if (min === undefined && max === undefined) return []
    if (!type) {
      say(message('invalid-value', now, { pointer: `${pointer}/type`, value: '', reason: 'a limit needs a type' }))
      return []
    }
    if (min !== undefined && max !== undefined && max < min)
      say(message('minimum-above-maximum', now, { pointer, minimum: min, maximum: max }))
    return [
      {
        pointer,
        about,
        type,
        part,
        ...(units ? { units } : {}),
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
      },
    ]
  }
}
