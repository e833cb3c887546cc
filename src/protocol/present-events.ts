/** Presents what happened to an execution as server-sent events. */
import { formatInstant, type Instant } from '../domain/dates.ts'
import { componentPlaces, type ExecutionPlan } from '../domain/execution-plan.ts'
import { componentId, type ExecutionId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import { compact } from './compact.ts'
import { presentMessage } from './present-messages.ts'

/** One happening. `number` is what a client gives as `Last-Event-ID` to go on after it. */
export interface Happening {
  readonly number: number
  readonly type: 'phase' | 'message'
  readonly at: Instant
  readonly position?: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A happening as one event of a `text/event-stream`. */
export function presentHappening(happening: Happening, id: ExecutionId, plan: ExecutionPlan): string {
  const { number, type, at, position, body } = happening
  const place = position === undefined ? undefined : componentPlaces(plan)[position]
  const component = place && { component: componentId(id, place.position), family: place.family }
  const data =
    type === 'phase'
      ? { ...component, phase: body.phase, event: body.event, time: formatInstant(at) }
      : { ...component, ...presentMessage({ ...(body as unknown as Message), at }) }
  return `id: ${number}\nevent: ${type}\ndata: ${JSON.stringify(compact(data))}\n\n`
}
