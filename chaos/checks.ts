/** What must be true after a storm, whatever happened in it: from what is written to sentences of what is wrong. Pure. */
import { componentLifecycle } from '../src/domain/component-lifecycle.ts'
import { executionLifecycle } from '../src/domain/execution-lifecycle.ts'
import { groupBy } from '../src/domain/group-by.ts'
import { wordsOf } from '../src/lifecycle/failing.ts'
import type { Acknowledged } from './clients.ts'
import type { ContainerEvent } from './engine-log.ts'
import type { OwnEnd } from './fleet.ts'
import type { Span } from './storm.ts'
import type { Capacity, Change, ExecutionFact, Facts, Hold } from './facts.ts'

/** Everything that is wrong. */
export function violations(
  facts: Facts,
  acknowledged: Acknowledged,
  containerEvents: readonly ContainerEvent[],
  engineAway: readonly Span[],
): string[] {
  return [
    ...acknowledged.wrong,
    ...lostAcknowledgements(facts, acknowledged),
    ...unfinished(facts),
    ...withoutReason(facts, acknowledged),
    ...failedForNoReason(facts, acknowledged, engineAway),
    ...brokersMistakes(facts),
    ...wrongOutput(facts, acknowledged, engineAway),
    ...offTheTable(facts),
    ...startedTwice(facts, containerEvents),
    ...startedTooEarly(facts, containerEvents),
    ...aboveCapacity(facts),
    ...containersAboveCapacity(facts, containerEvents),
  ]
}

const accepted = ({ executions }: Facts) => executions.filter(({ start_at }) => start_at !== null)

function lostAcknowledgements({ offerSets, executions }: Facts, acknowledged: Acknowledged): string[] {
  const byId = new Map(executions.map((one) => [one.id, one]))
  const lost = [...acknowledged.executions.keys()].filter((id) => (byId.get(id)?.start_at ?? null) === null)
  return [
    ...[...acknowledged.offerSets].filter((id) => !offerSets.has(id)).map((id) => `the offer set ${id} is lost`),
    ...lost.map((id) => `the acceptance of ${id} was acknowledged and is lost`),
    ...[...acknowledged.executions].flatMap(([id, { cancelAcknowledged }]) =>
      cancelAcknowledged && byId.get(id)?.phase !== 'CANCELLED'
        ? [`the cancelling of ${id} was acknowledged, and it is ${byId.get(id)?.phase}`]
        : [],
    ),
  ]
}

function unfinished(facts: Facts): string[] {
  const { executions, components, holds, work } = facts
  const sets = new Set(accepted(facts).map(({ offer_set_id }) => offer_set_id))
  const several = accepted(facts).length - sets.size
  return [
    ...executions.flatMap(({ id, phase }) =>
      executionLifecycle.isTerminal(phase as never) ? [] : [`${id} is ${phase}`],
    ),
    ...accepted(facts).flatMap(({ id, given_back_at }) => (given_back_at === null ? [`${id} holds something`] : [])),
    ...components.flatMap(({ execution_id, family, phase }) =>
      componentLifecycle.isTerminal(phase as never) ? [] : [`${family} of ${execution_id} is ${phase}`],
    ),
    ...(several > 0 ? [`${several} offer sets have more than one accepted offer`] : []),
    ...(holds.length > 0 ? [`${holds.length} bookings are left in the ledger`] : []),
    ...(work > 0 ? [`${work} executions are left in the queue`] : []),
  ]
}

function withoutReason(facts: Facts, acknowledged: Acknowledged): string[] {
  const explained = new Set(facts.errors.map(({ execution_id }) => execution_id))
  return accepted(facts).flatMap(({ id, phase }) => {
    if (phase === 'FAILED' && !explained.has(id)) return [`${id} has failed and nothing says why`]
    // An acceptance whose acknowledgement was lost on the way has no story, and nobody cancels it.
    if (phase === 'CANCELLED' && !acknowledged.executions.get(id)?.cancelAsked) return [`${id} was cancelled by nobody`]
    return []
  })
}

/**
 * The simulated platform is never away, so whatever happens to the broker, what runs there ends as it was programmed. At
 * an engine that was there all the time it does as well. What cannot complete does so nowhere.
 */
function failedForNoReason(facts: Facts, { executions }: Acknowledged, engineAway: readonly Span[]): string[] {
  const reasons = new Map(facts.errors.map(({ execution_id, text }) => [execution_id, text]))
  const changes = groupBy(facts.changes, ({ execution_id }) => execution_id)
  return accepted(facts).flatMap(({ id, phase, plan }) => {
    const story = executions.get(id)
    if (!story || phase === 'CANCELLED' || story.platform !== plan.platform) return []
    if (story.fails) return phase === 'COMPLETED' ? [`${id} of ${story.of} cannot complete and is COMPLETED`] : []
    const away = plan.platform !== 'simulated' && engineAway.some((span) => overlaps(span, changes.get(id) ?? []))
    if (story.needsData || away || phase === 'COMPLETED') return []
    return [`${id} of ${story.of} is ${phase}: ${reasons.get(id)}`]
  })
}

/** Answers of other servers that are strange, none of which is a mistake of the broker. */
function brokersMistakes({ errors }: Facts): string[] {
  const mistake = wordsOf(undefined)
  return errors.flatMap(({ execution_id, text }) =>
    text.includes(mistake) ? [`${execution_id} was told of a mistake of the broker: ${text}`] : [],
  )
}

/** A process may end while it begins and its database is away, and at no other time. */
export function endedByThemselves(ends: readonly OwnEnd[], databaseAway: readonly Span[]): string[] {
  return ends.flatMap(({ name, code, signal, cameUp, lastWords, ...span }) => {
    const excused =
      !cameUp && code === 1 && databaseAway.some((away) => away.fromAt <= span.toAt && away.toAt >= span.fromAt)
    return excused ? [] : [`${name} ended by itself with ${signal ?? code}, and said at last:\n${lastWords}`]
  })
}

/** True if something was away while a history went on. */
function overlaps({ fromAt, toAt }: Span, history: readonly Change[]): boolean {
  const [first, last] = [history[0], history.at(-1)]
  return first !== undefined && last !== undefined && fromAt <= last.at && toAt >= first.at
}

/** What a program writes while its engine is away, Docker may lose when the program ends before it is back. */
function wrongOutput(facts: Facts, { executions }: Acknowledged, engineAway: readonly Span[]): string[] {
  return accepted(facts).flatMap(({ id, phase, plan, started_at, ended_at }) => {
    const expected = executions.get(id)?.output
    const found = facts.outputs.get(id)
    const away = ({ fromAt, toAt }: Span) => fromAt <= (ended_at ?? 0) && toAt >= (started_at ?? 0)
    if (found === undefined && plan.platform !== 'simulated' && engineAway.some(away)) return []
    return phase !== 'COMPLETED' || expected === undefined || found === expected
      ? []
      : [`${id} is COMPLETED and has written ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`]
  })
}

function offTheTable({ executions, changes, components, componentChanges }: Facts): string[] {
  const of = groupBy(changes, ({ execution_id }) => execution_id)
  const ofComponent = groupBy(componentChanges, ({ execution_id, position }) => `${execution_id} ${position}`)
  return [
    ...executions.flatMap(({ id, phase }) => chain(id, 'OFFERED', phase, of.get(id) ?? [], executionLifecycle)),
    ...components.flatMap(({ execution_id, position, phase }) => {
      const name = `${execution_id} ${position}`
      return chain(name, 'INITIALIZING', phase, ofComponent.get(name) ?? [], componentLifecycle)
    }),
  ]
}

function chain(
  name: string,
  first: string,
  last: string,
  changes: readonly Change[],
  table: { nextPhase(phase: never, event: never): string | undefined },
): string[] {
  let phase = first
  for (const { event, from_phase, to_phase } of changes) {
    if (from_phase !== phase) return [`${name} went from ${from_phase}, but it was ${phase}`]
    if (table.nextPhase(from_phase as never, event as never) !== to_phase)
      return [`${name} went from ${from_phase} to ${to_phase} by ${event}, which the table does not have`]
    phase = to_phase
  }
  return phase === last ? [] : [`${name} is ${last}, but its history ends with ${phase}`]
}

function startedTwice({ changes }: Facts, events: readonly ContainerEvent[]): string[] {
  const moved = groupBy(
    changes.filter(({ event }) => event === 'start'),
    ({ execution_id }) => execution_id,
  )
  const ran = groupBy(
    events.filter(({ action }) => action === 'start'),
    ({ execution }) => execution,
  )
  return [
    ...[...moved].flatMap(([id, all]) => (all.length > 1 ? [`${id} was started ${all.length} times`] : [])),
    ...[...ran].flatMap(([id, all]) =>
      all.length > 1 ? [`the container of ${id} was started ${all.length} times`] : [],
    ),
    ...[...ran.keys()].flatMap((id) =>
      moved.has(id) ? [] : [`the container of ${id} was started and should not have been`],
    ),
  ]
}

/** Data are there before the start, and nothing starts before its promised time. */
function startedTooEarly(facts: Facts, events: readonly ContainerEvent[]): string[] {
  const ready = groupBy(
    facts.componentChanges.filter(({ event }) => event === 'ready'),
    ({ execution_id }) => execution_id,
  )
  const parts = groupBy(facts.components, ({ execution_id }) => execution_id)
  const starts = new Map(events.flatMap(({ execution, action, at }) => (action === 'start' ? [[execution, at]] : [])))
  const started = groupBy(
    facts.changes.filter(({ event }) => event === 'start'),
    ({ execution_id }) => execution_id,
  )
  return accepted(facts).flatMap(({ id, start_at, started_at }) => {
    const start = started.get(id)?.[0]
    if (!start) return []
    const before = (ready.get(id) ?? []).filter(({ number }) => number < start.number)
    const readyAt = Math.max(...before.map(({ at }) => at))
    const ranAt = starts.get(id)
    return [
      ...(before.length < (parts.get(id)?.length ?? 0) ? [`${id} was started before all of it was ready`] : []),
      ...(started_at !== null && started_at < (start_at ?? 0) ? [`${id} was started before its promised time`] : []),
      ...(ranAt !== undefined && ranAt < readyAt ? [`the container of ${id} ran before its data were there`] : []),
    ]
  })
}

/** What really ran side by side, by the broker's own record of it. */
function aboveCapacity(facts: Facts): string[] {
  const used = accepted(facts).flatMap((one) => heldBy(one))
  return overbooked(
    used,
    facts.capacity.filter(({ resource }) => resource !== 'storage'),
  ).map((text) => `ran: ${text}`)
}

function heldBy({ plan, started_at, ended_at }: ExecutionFact): Hold[] {
  if (started_at === null || ended_at === null || ended_at <= started_at) return []
  const amounts = { cores: plan.compute.cores, memory: plan.compute.memoryGib }
  return Object.entries(amounts).map(([resource, amount]) => ({
    pool_id: plan.poolId,
    resource,
    amount,
    from_at: started_at,
    to_at: ended_at,
  }))
}

/** What really ran side by side, by the engine's own record of it. */
function containersAboveCapacity(facts: Facts, events: readonly ContainerEvent[]): string[] {
  const at = (action: string) =>
    new Map(events.flatMap((event) => (event.action === action ? [[event.execution, event.at] as const] : [])))
  const [starts, ends] = [at('start'), at('die')]
  const used = accepted(facts).flatMap((one) => {
    const [started_at, ended_at] = [starts.get(one.id), ends.get(one.id)]
    return started_at === undefined || ended_at === undefined ? [] : heldBy({ ...one, started_at, ended_at })
  })
  return overbooked(used, facts.capacity).map((text) => `on the engine: ${text}`)
}

/** Where more is held than there is, at any instant. */
export function overbooked(holds: readonly Hold[], capacity: readonly Capacity[]): string[] {
  return capacity.flatMap(({ pool_id, resource, amount }) => {
    const edges = holds
      .filter((hold) => hold.pool_id === pool_id && hold.resource === resource)
      .flatMap((hold) => [
        { at: hold.from_at, by: hold.amount },
        { at: hold.to_at, by: -hold.amount },
      ])
      // What ends at an instant makes room for what begins at it.
      .sort((a, b) => a.at - b.at || a.by - b.by)
    let held = 0
    let most = 0
    for (const { by } of edges) most = Math.max(most, (held += by))
    return most > amount ? [`${most} ${resource} of ${amount} in pool ${pool_id}`] : []
  })
}
