/** Presents what was said of a request, an execution or one of its components. */
import { formatInstant } from '../domain/dates.ts'
import type { ComponentFamily, ExecutionPlan } from '../domain/execution-plan.ts'
import type { Message } from '../domain/message.ts'
import { compact } from './compact.ts'
import type { Schemas } from './contract.ts'
import { messageUrn } from './kinds.ts'

/** Presents a message. */
export function presentMessage(said: Message): Schemas['MessageItem'] {
  return {
    kind: messageUrn(said.name),
    time: formatInstant(said.at),
    level: said.level,
    template: said.template,
    values: Object.fromEntries(Object.entries(said.values).map(([name, value]) => [name, String(value)])),
    message: said.text,
  }
}

/** Presents messages; undefined where nothing was said. */
export function presentMessages(said: readonly Message[]): Schemas['MessageItem'][] | undefined {
  return said.length > 0 ? compact(said.map(presentMessage)) : undefined
}

/** What was said about a component when it was offered. */
export function plannedMessages(plan: ExecutionPlan, family: ComponentFamily, index: number): readonly Message[] {
  if (family === 'volume') return []
  const planned = family === 'storage' || family === 'data' ? plan[family][index] : plan[family]
  return planned?.messages ?? []
}
