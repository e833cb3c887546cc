/** Planning and booking one offer set, with more and more that is booked already, beside a bare transaction. */
import { BookingQueue } from '../../src/booking/booking-queue.ts'
import { Ledger } from '../../src/booking/ledger.ts'
import type { OfferedSet } from '../../src/booking/offers.ts'
import { idSource } from '../../src/domain/ids.ts'
import type { Database } from '../../src/store/database.ts'
import * as pools from '../../src/store/pools.ts'
import type { PoolId } from '../../src/store/pools.ts'
import { systemClock } from '../../src/system-clock.ts'
import { wish } from '../../test/support/wishes.ts'
import { recordWrites } from '../bare-writes.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly, type Later } from '../cleanly.ts'
import { migratedDatabase, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { inTurns, median, millisecondsOf, oneByOne } from '../statistics.ts'

type Kind = DatabasePlace['kind']

const DAY_MS = 86_400_000
const HORIZON_DAYS = 30
const MINUTE_MS = 60_000
/** A pool in which there is always something free, and one that gets full. */
const LARGE = { cores: 1_000_000, memory: 1_000_000, storage: 1_000_000, accelerators: 0 }
const FULL = { cores: 16, memory: 1_000_000, storage: 1_000_000, accelerators: 0 }
const LIVE: Readonly<Record<Kind, readonly number[]>> = {
  embedded: [1_000, 100_000],
  server: [1_000, 100_000, 1_000_000],
}
const LIMITS = {
  offersMax: 4,
  lifetimeMs: 5 * MINUTE_MS,
  decideMs: MINUTE_MS / 2,
  durationMaxMs: HORIZON_DAYS * DAY_MS,
  graceMs: 10_000,
}

export const booking: Bench = {
  name: 'booking',
  measures:
    'Planning one offer set of 4 offers and booking it, below HTTP, one after another: with nothing booked and with ' +
    'more and more live bookings, and in a pool that is full for 30 days.',
  baseline:
    'One transaction that writes the same rows through the same driver into the same database. For the growth and for ' +
    'the full pool: the same with nothing booked, in another database.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(kind: Kind, makePlace: () => Promise<DatabasePlace>, effort: Effort): Promise<Reading[]> {
  return cleanly(async (later) => {
    const [empty, growing] = [await openGround(makePlace, later), await openGround(makePlace, later)]
    const { offerSet } = await growing.book(growing.large, LARGE, 1)
    const { again } = await recordWrites(growing.database, offerSet.id)
    return [
      ...(await growth(kind, { empty, growing, bare: again }, effort)),
      ...(await fullPool(kind, { empty, growing }, effort)),
    ]
  })
}

/** A database with two pools, and a process that books in it. */
interface Ground {
  readonly database: Database
  readonly large: PoolId
  readonly full: PoolId
  /** Asks for cores out of a pool with a capacity, with so many days to the horizon. */
  readonly book: (poolId: PoolId, capacity: typeof LARGE, cores: number, horizonDays?: number) => Promise<OfferedSet>
}

async function openGround(makePlace: () => Promise<DatabasePlace>, later: Later): Promise<Ground> {
  const database = await migratedDatabase(makePlace, later)
  const queue = new BookingQueue(database, new Ledger(systemClock), systemClock, idSource(Date.now))
  return {
    database,
    large: await pools.keep(database, 'bench', 'large', LARGE, Date.now() - DAY_MS),
    full: await pools.keep(database, 'bench', 'full', FULL, Date.now() - DAY_MS),
    book: (...wanted) => queue.book(wishIn(...wanted)),
  }
}

/** Measures with nothing booked, then books more and more behind the back of the process and measures again. */
async function growth(
  kind: Kind,
  { empty, growing, bare }: { empty: Ground; growing: Ground; bare: () => Promise<void> },
  { rounds, times }: Effort,
): Promise<Reading[]> {
  const count = times(60)
  const book = ({ book, large }: Ground) => oneByOne(count, () => book(large, LARGE, 1))
  const readings: Reading[] = []
  const beside = async (live: string) => {
    const measured = await inTurns(
      rounds,
      () => book(growing),
      () => oneByOne(count, bare),
    )
    readings.push({
      name: `${kind}, ${live}, p50`,
      ...medians(measured),
      ...(kind === 'server' ? { goal: { of: 'ratio', atMost: 1.5 } } : {}),
    })
  }
  await beside('nothing booked')
  let booked = 0
  for (const live of LIVE[kind]) {
    await fill(growing.database, growing.large, times(live) - booked)
    booked = times(live)
    await beside(`${live.toLocaleString('en')} live bookings`)
  }
  const all = await inTurns(
    rounds,
    () => book(growing),
    () => book(empty),
  )
  return [
    ...readings,
    { name: `${kind}, all of them beside nothing booked, p50`, ...medians(all), goal: { of: 'ratio', atMost: 1.5 } },
  ]
}

/** Asks of a pool that is full to the horizon, and of the same one when something is free shortly before the horizon. */
async function fullPool(
  kind: Kind,
  { empty, growing }: { empty: Ground; growing: Ground },
  { rounds, times }: Effort,
): Promise<Reading[]> {
  const live = Math.max(FULL.cores, times(Math.max(...LIVE[kind])))
  await fillUp(growing.database, growing.full, live)
  const newcomer = new Ledger(systemClock)
  const read = await millisecondsOf(() => newcomer.known(growing.database, [growing.full]))
  const readings: Reading[] = []
  for (const [answer, result, horizonDays] of [
    ['NO', 'NO', HORIZON_DAYS],
    ['a far slot', 'YES', 2 * HORIZON_DAYS],
  ] as const) {
    const ask = async () => {
      const { offerSet } = await growing.book(growing.full, FULL, 2, horizonDays)
      if (offerSet.result !== result) throw new Error(`the full pool answered ${offerSet.result}`)
    }
    const count = times(60)
    const measured = await inTurns(
      rounds,
      () => oneByOne(count, ask),
      () => oneByOne(count, () => empty.book(empty.large, LARGE, 2, horizonDays)),
    )
    readings.push({
      name: `${kind}, ${answer} of a pool that is full for ${HORIZON_DAYS} days, p50`,
      ...medians(measured),
      goal: { of: 'ratio', atMost: 5 },
    })
  }
  return [...readings, { name: `${kind}, reading that pool at the start of a process`, value: read, unit: 'ms' }]
}

const medians = ({ subject, baseline }: { subject: number[][]; baseline: number[][] }) => ({
  value: median(subject.flat()),
  unit: 'ms',
  baseline: median(baseline.flat()),
})

function wishIn(poolId: PoolId, capacity: typeof LARGE, cores: number, horizonDays = HORIZON_DAYS) {
  return wish({
    pools: [{ poolId, capacity }],
    cores: { min: cores, max: Math.max(cores, 4) },
    memory: { min: 1, max: 4 },
    durationMs: 10 * MINUTE_MS,
    limits: { ...LIMITS, horizonMs: horizonDays * DAY_MS },
  })
}

/** Bookings of every length at every time of the next month, for which there is room. */
async function fill(database: Database, poolId: PoolId, count: number): Promise<void> {
  await insert(
    database,
    poolId,
    count,
    `
    select n, 1, now() + n * interval '${HORIZON_DAYS} days' / ${count},
           now() + n * interval '${HORIZON_DAYS} days' / ${count} + (1 + n % 7200) * interval '1 second'
      from generate_series(1, ${count}) as n`,
  )
}

/** Bookings without end: each of the cores is taken for the next month, one booking after the other with little between. */
async function fillUp(database: Database, poolId: PoolId, count: number): Promise<void> {
  const each = `interval '${HORIZON_DAYS + 1} days' / ${Math.max(1, Math.floor(count / FULL.cores))}`
  await insert(
    database,
    poolId,
    count,
    `
    select n, 1, now() + (n / ${FULL.cores}) * ${each} + (n % ${FULL.cores}) * interval '1 second',
           now() + (n / ${FULL.cores} + 1) * ${each} + (n % ${FULL.cores}) * interval '1 second' - (n % 3) * interval '0.3 second'
      from generate_series(0, ${count - 1}) as n`,
  )
}

/**
 * Enters bookings as if others had made them: the log has forgotten how, so the process has to read the pool anew. What
 * the database tidies up after that many new rows it does here, and not while somebody measures.
 */
async function insert(database: Database, poolId: PoolId, count: number, rows: string): Promise<void> {
  await database.transaction((tx) =>
    database.script(
      tx,
      `alter table booking drop constraint booking_offer_set_id_fkey, drop constraint booking_pool_id_fkey;
       with owner as (
         insert into offer_set (id, owner, request, result, messages, created_at, expires_at)
         values (gen_random_uuid(), 'bench', '{}', 'YES', '[]', now(), now()) returning id
       )
       insert into booking (offer_set_id, pool_id, resource, amount, from_at, to_at)
       select owner.id, ${poolId}, 'cores', held.amount, date_trunc('milliseconds', held.from_at),
              date_trunc('milliseconds', held.to_at)
         from owner, (${rows}) as held (n, amount, from_at, to_at) where ${count} > 0;
       alter table booking add foreign key (offer_set_id) references offer_set, add foreign key (pool_id) references pool;
       update pool set version = version + 2 where id = ${poolId};
       delete from pool_change where pool_id = ${poolId}`,
    ),
  )
  await database.query({ name: 'bench.vacuum', text: 'vacuum analyze booking', parameters: [] }, {})
}
