/** Keeping results that nobody takes, on the platform for a while, and the storage for them. */
import { holdOnly, holdStorage, type HeldStorage } from '../booking/hold-storage.ts'
import { publicUrl } from '../data/location.ts'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { componentPlaces } from '../domain/execution-plan.ts'
import { message } from '../domain/message.ts'
import * as components from '../store/components.ts'
import type { Component } from '../store/components.ts'
import type { Execution } from '../store/executions.ts'
import { keptUntil, type ExecutionState } from './decide.ts'
import { placeOf } from './steps/step.ts'
import { volumeOf } from './steps/volumes.ts'
import { targetOf, type WorkerContext } from './worker-context.ts'

/** Storage in which results stay: its index, its size in GiB, and the instant up to which the latest of them stay. */
interface Staying {
  readonly index: number
  readonly gib: number
  readonly untilAt: Instant
}

/** Reasons why results stay for a shorter time, as part of a sentence. */
const WHY_SHORTER: Readonly<Record<NonNullable<HeldStorage['limit']>, string>> = {
  promises: 'their storage is promised to others from then on',
  share: 'other kept results of the same user take their share of the storage',
}

/** Keeps results as long as their storage can be held, notes until when, and tells the user; they are removed where it cannot. */
export async function keep(
  state: ExecutionState,
  component: Component,
  context: WorkerContext,
  signal: AbortSignal,
): Promise<void> {
  const { clock, life } = context
  const { plan } = state.execution
  const target = targetOf(state, component, context, signal)
  const { index } = placeOf(target)
  const { untilAt, limit } = await hold(state.execution, component, context)
  const location = publicUrl(new URL(plan.data[index]?.spec.location ?? ''))
  const why = limit && WHY_SHORTER[limit]
  const until = untilAt > 0 ? formatInstant(untilAt) : undefined
  const said =
    until !== undefined
      ? message('results-kept', clock.now(), {
          ...{ location, volume: target.platform.volumeName(volumeOf(state.execution.id, 'data', index)) },
          ...{
            platform: plan.platform,
            until,
            execution: state.execution.id,
            shorter: why ? `, a shorter time than usual: ${why}` : '',
          },
        })
      : message('results-not-kept', clock.now(), { location, reason: why ?? 'the time to keep them is over' })
  await target.say(said, 'results-kept')
  await life.note(state.execution, `Results are ${until === undefined ? 'not ' : ''}kept.`, { location, until, why })
}

/** Holds the storage of results in one transaction with the note of how long they stay. */
function hold(execution: Execution, component: Component, context: WorkerContext): Promise<HeldStorage> {
  const { database, ledger, clock, settings } = context
  const { releaseMs } = execution.plan.slot
  return database.transaction(async (tx) => {
    const now = clock.now()
    const wantedAt = now + settings.keepUnsavedMs
    const others = stayingIn(execution, await components.list(tx, [execution.id]), now)
    const own = stayingAt(execution, component, wantedAt)
    const all = [own, ...others.filter(({ index }) => index !== own.index)]
    // The storage is needed until it is given back, which takes its time.
    const wanted = { gib: sizeOf(all), untilAt: wantedAt + releaseMs, share: settings.keepShare }
    const held = await holdStorage(tx, ledger, execution, wanted, now)
    const untilAt = Math.max(0, held.untilAt - releaseMs)
    const keptUntil = untilAt > now ? untilAt : 0
    await components.describe(tx, execution.id, component.position, { keptUntil })
    return { ...held, untilAt: keptUntil }
  })
}

/** Gives back the storage of an execution in which nothing stays, when all that can be given back was. May be repeated. */
export async function holdOnlyKept({ execution, components: all }: ExecutionState, context: WorkerContext) {
  if (execution.phase !== 'FAILED') return
  const { database, ledger, clock } = context
  const now = clock.now()
  const { releaseMs } = execution.plan.slot
  const kept = stayingIn(execution, all, now).map(({ gib, untilAt }) => ({ gib, untilAt: untilAt + releaseMs }))
  await database.transaction((tx) => holdOnly(tx, ledger, execution, kept, now))
}

/** The storage in which results of an execution stay, each once. */
function stayingIn(execution: Execution, all: readonly Component[], now: Instant): readonly Staying[] {
  const found = new Map<number, Staying>()
  for (const component of all) {
    if (keptUntil(component) <= now) continue
    const one = stayingAt(execution, component, keptUntil(component))
    if ((found.get(one.index)?.untilAt ?? 0) < one.untilAt) found.set(one.index, one)
  }
  return [...found.values()]
}

/** The storage of a data component. */
function stayingAt({ plan }: Execution, { position, detail }: Component, untilAt: Instant): Staying {
  const index = plan.data[componentPlaces(plan)[position]?.index ?? -1]?.spec.storage ?? 0
  const booked = plan.storage[index]?.sizeGib ?? 0
  // Where it has been measured, it is known to need no more.
  return { index, untilAt, gib: typeof detail.keptGib === 'number' ? Math.min(booked, detail.keptGib) : booked }
}

const sizeOf = (all: readonly Staying[]) => all.reduce((sum, { gib }) => sum + gib, 0)
