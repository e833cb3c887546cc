import { describe, expect, it } from 'vitest'
import type { ExecutionId, OfferSetId } from '../domain/ids.ts'
import type { Ahead } from '../store/executions.ts'
import { chooseEarlyPreparations } from './early-preparations.ts'
import { chooseEarlyStarts } from './early-starts.ts'
import { PoolProfile, type Hold } from './profile.ts'

const NOW = 1_800_000_000_000
const MINUTE_MS = 60_000
const PREPARE_MS = 10_000

/** A pool of 4 cores and 10 GiB of storage, of which something is held. */
function pool(...held: Hold[]): PoolProfile {
  const capacity = [
    { resource: 'cores', amount: 4, fromAt: NOW - MINUTE_MS },
    { resource: 'storage', amount: 10, fromAt: NOW - MINUTE_MS },
  ] as const
  return new PoolProfile(capacity, held, NOW)
}

const running: Hold = { resource: 'cores', amount: 4, fromAt: NOW - 1, toAt: NOW + 30 * MINUTE_MS }

interface Wanted extends Partial<Ahead> {
  readonly cores?: number
  readonly storage?: number
  readonly inMinutes?: number
}

let made = 0
function waiting({ cores = 2, storage = 0, inMinutes = 30, ...rest }: Wanted = {}): Ahead {
  const startAt = NOW + inMinutes * MINUTE_MS
  const [prepareAt, toAt] = [rest.prepareAt ?? startAt - PREPARE_MS, startAt + MINUTE_MS]
  const id = String(made++).padStart(8, '0')
  return {
    ...{ id: id as ExecutionId, offerSetId: id as OfferSetId, owner: 'ada', prepareMs: PREPARE_MS, isReady: false },
    ...{ startAt, prepareAt },
    holds: [['cores', cores, startAt, toAt], ...(storage > 0 ? [['storage', storage, prepareAt, toAt] as const] : [])],
    ...rest,
  }
}

/** A pool in which these wait, each with what it holds by its promise. */
function poolWith(ahead: readonly Ahead[], ...held: Hold[]): PoolProfile {
  const holds = ahead.flatMap((one) => one.holds)
  return pool(...held, ...holds.map(([resource, amount, fromAt, toAt]) => ({ resource, amount, fromAt, toAt })))
}

const chosenOf = (ahead: readonly Ahead[], ...held: Hold[]) =>
  chooseEarlyPreparations(poolWith(ahead, ...held), ahead, NOW)
const asChosen = (execution: Ahead) => ({ execution })
const idsOf = (chosen: readonly { readonly execution: Ahead }[]) => chosen.map(({ execution }) => execution.id)

describe('early preparations', () => {
  it('are of as many as the pool can run at once, in turns between owners, and hold no cores', () => {
    const mine = [waiting(), waiting(), waiting({ inMinutes: 40 })]
    const hers = waiting({ owner: 'grace', inMinutes: 40 })
    const chosen = chosenOf([...mine, hers], running)
    expect(idsOf(chosen)).toEqual([mine[0]?.id, hers.id])
    expect(chosen.map(({ holds }) => holds)).toEqual([undefined, undefined])
  })

  it('leave out those that are being prepared, which take their places', () => {
    const [first, second, third] = [waiting({ prepareAt: NOW - 1 }), waiting(), waiting({ inMinutes: 40 })]
    expect(idsOf(chosenOf([first, second, third], running))).toEqual([second.id])
  })

  it('pass over what could not run beside those before it', () => {
    const [small, large, other] = [waiting(), waiting({ cores: 4, inMinutes: 40 }), waiting({ inMinutes: 50 })]
    expect(idsOf(chosenOf([small, large, other], running))).toEqual([small.id, other.id])
  })

  it('are of everybody else too where one owner waits with something for all cores', () => {
    const others = (cores = 1) => ['ada', 'bob', 'cleo'].map((owner) => waiting({ owner, cores, inMinutes: 24 * 60 }))
    const large = waiting({ owner: 'mallory', cores: 4, inMinutes: 24 * 60 })
    const after = others()
    expect(idsOf(chosenOf([large, ...after], running))).toEqual(idsOf([large, ...after].map(asChosen)))
    const before = others()
    const last = waiting({ owner: 'mallory', cores: 4 })
    expect(idsOf(chosenOf([...before, last], running))).toEqual(idsOf(before.map(asChosen)))
    const prepared = waiting({ owner: 'mallory', cores: 4, prepareAt: NOW - 1, inMinutes: 24 * 60 })
    const [first, second] = others(2)
    expect(idsOf(chosenOf([prepared, first as Ahead, second as Ahead], running))).toEqual([first?.id, second?.id])
  })

  it('are of one thing at a time that needs more than half of the pool', () => {
    const [first, second] = [waiting({ cores: 3 }), waiting({ owner: 'grace', cores: 3 })]
    expect(idsOf(chosenOf([first, second], running))).toEqual([first.id])
    const prepared = waiting({ cores: 4, prepareAt: NOW - 1 })
    expect(chosenOf([prepared, waiting({ owner: 'grace', cores: 3 })], running)).toEqual([])
  })

  it('hold their storage from now on, and everything else as before', () => {
    const one = waiting({ storage: 3 })
    const [chosen] = chosenOf([one], running)
    const toAt = one.startAt + MINUTE_MS
    expect(chosen?.holds).toEqual([
      { resource: 'cores', amount: 2, fromAt: one.startAt, toAt },
      { resource: 'storage', amount: 3, fromAt: NOW, toAt },
    ])
  })

  it.each([
    ['others hold it now', { fromAt: NOW - 1, toAt: NOW + 1 }],
    ['others were promised it before', { fromAt: NOW + MINUTE_MS, toAt: NOW + 2 * MINUTE_MS }],
    ['others should have given it back', { fromAt: NOW - MINUTE_MS, toAt: NOW - 1 }],
  ])('wait for storage where %s', (_, times) => {
    const one = waiting({ storage: 3 })
    expect(chosenOf([one], running, { resource: 'storage', amount: 3, ...times })).toEqual([])
    expect(chosenOf([one], running, { resource: 'storage', amount: 2, ...times })).toHaveLength(1)
  })

  it('leave half of the storage to others, all of them together', () => {
    const both = [waiting({ storage: 3 }), waiting({ storage: 3 })]
    expect(idsOf(chosenOf(both, running))).toEqual([both[0]?.id])
  })

  it('leave the profile as it was', () => {
    const one = waiting({ storage: 3 })
    const profile = poolWith([one], running)
    chooseEarlyPreparations(profile, [one], NOW)
    expect(profile.free('storage', NOW)).toBe(10)
  })
})

describe('an early start', () => {
  const gainOf = (one: Ahead) => chooseEarlyStarts(poolWith([one]), [one], NOW)[0]?.gainedMs

  it('is now for what is ready, and after the preparation for what is not, also where that has begun', () => {
    expect(gainOf(waiting({ prepareAt: NOW - MINUTE_MS, isReady: true }))).toBe(30 * MINUTE_MS)
    expect(gainOf(waiting({ prepareAt: NOW - MINUTE_MS }))).toBe(30 * MINUTE_MS - PREPARE_MS)
    expect(gainOf(waiting())).toBe(30 * MINUTE_MS - PREPARE_MS)
  })

  it('keeps the promise of what is being prepared for it just now', () => {
    const startAt = NOW + PREPARE_MS / 2
    expect(gainOf(waiting({ startAt, prepareAt: NOW - 1, holds: [['cores', 2, startAt, startAt + MINUTE_MS]] }))).toBe(
      0,
    )
  })
})
