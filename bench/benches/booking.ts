/** Planning and booking one offer set, with more and more that is booked already, beside a bare transaction. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BookingQueue } from '../../src/booking/booking-queue.ts'
import { Ledger } from '../../src/booking/ledger.ts'
import { idSource } from '../../src/domain/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import * as pools from '../../src/store/pools.ts'
import type { PoolId } from '../../src/store/pools.ts'
import { systemClock } from '../../src/system-clock.ts'
import { wish } from '../../test/support/wishes.ts'
import { recordWrites } from '../bare-writes.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { onEachDatabase, type DatabasePlace } from '../databases.ts'
import { inTurns, median, millisecondsOf, oneByOne } from '../statistics.ts'

type Kind = DatabasePlace['kind']

const DAY_MS = 86_400_000
const HORIZON_DAYS = 30
const MINUTE_MS = 60_000
/** A pool in which there is always something free, and one that gets full. */
const LARGE = { cores: 1_000_000, memory: 1_000_000, storage: 1_000_000 }
const FULL = { cores: 16, memory: 1_000_000, storage: 1_000_000 }
const LIVE: Readonly<Record<Kind, readonly number[]>> = {
  embedded: [1_000, 100_000],
  server: [1_000, 100_000, 1_000_000],
}
const LIMITS = {
  offersMax: 4,
  lifetimeMs: 5 * MINUTE_MS,
  horizonMs: HORIZON_DAYS * DAY_MS,
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
    'the full pool: the same with nothing booked.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(kind: Kind, makePlace: () => Promise<DatabasePlace>, effort: Effort): Promise<Reading[]> {
  return cleanly(async (later) => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'bench-booking-'))
    later(async () => rmSync(dataDirectory, { recursive: true, force: true }))
    const place = await makePlace()
    later(() => place.drop())
    const database = await place.open({ dataDirectory })
    later(() => database.close())
    await migrate(database, Date.now())
    const large = await pools.keep(database, 'bench', 'large', LARGE, Date.now() - DAY_MS)
    const full = await pools.keep(database, 'bench', 'full', FULL, Date.now() - DAY_MS)
    const { offerSet } = (await newcomer(database).book(wishIn(large, LARGE))) as { offerSet: { id: string } }
    const { again } = await recordWrites(database, offerSet.id)
    return growing(kind, database, { large, full }, again, effort)
  })
}

/** Measures with nothing booked, then books more and more behind the back of the process and measures again. */
async function growing(
  kind: Kind,
  database: Database,
  { large, full }: { large: PoolId; full: PoolId },
  again: () => Promise<void>,
  { rounds, times }: Effort,
): Promise<Reading[]> {
  const queue = newcomer(database)
  const count = times(60)
  const readings: Reading[] = []
  const book = (poolId: PoolId, capacity: typeof LARGE) => oneByOne(count, () => queue.book(wishIn(poolId, capacity)))
  const beside = async (name: string) => {
    const measured = await inTurns(
      rounds,
      () => book(large, LARGE),
      () => oneByOne(count, again),
    )
    const [value, baseline] = [median(measured.subject.flat()), median(measured.baseline.flat())]
    readings.push({
      name: `${kind}, ${name}, p50`,
      value,
      unit: 'ms',
      baseline,
      ...(kind === 'server' ? { goal: { of: 'ratio', atMost: 1.5 } } : {}),
    })
    return value
  }
  const empty = await beside('nothing booked')
  const emptyAnswer = median(await oneByOne(rounds * count, () => queue.book(wishIn(full, FULL, 16))))
  let last = empty
  let booked = 0
  for (const live of LIVE[kind]) {
    const target = times(live)
    await fill(database, large, target - booked)
    booked = target
    last = await beside(`${live.toLocaleString('en')} live bookings`)
  }
  readings.push({
    name: `${kind}, all of them beside nothing booked, p50`,
    value: last,
    unit: 'ms',
    baseline: empty,
    goal: { of: 'ratio', atMost: 1.5 },
  })
  await fillUp(database, full, booked)
  const read = await millisecondsOf(() => new Ledger(systemClock).known(database, [full]))
  const no = median(await oneByOne(rounds * count, () => queue.book(wishIn(full, FULL, 2))))
  readings.push(
    {
      name: `${kind}, a pool that is full for ${HORIZON_DAYS} days, p50`,
      value: no,
      unit: 'ms',
      baseline: emptyAnswer,
      goal: { of: 'ratio', atMost: 5 },
    },
    { name: `${kind}, reading a full pool at the start of a process`, value: read, unit: 'ms' },
  )
  return readings
}

function newcomer(database: Database): BookingQueue {
  return new BookingQueue(database, new Ledger(systemClock), systemClock, idSource(Date.now))
}

function wishIn(poolId: PoolId, capacity: typeof LARGE, cores = 1) {
  return wish({
    pools: [{ poolId, capacity }],
    cores: { min: cores, max: Math.max(cores, 4) },
    memory: { min: 1, max: 4 },
    durationMs: 10 * MINUTE_MS,
    limits: LIMITS,
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

/** Enters bookings as if others had made them: the log has forgotten how, so the process has to read the pool anew. */
async function insert(database: Database, poolId: PoolId, count: number, rows: string): Promise<void> {
  await database.transaction((tx) =>
    database.script(
      tx,
      `with owner as (
         insert into offer_set (id, owner, request, result, messages, created_at, expires_at)
         values (gen_random_uuid(), 'bench', '{}', 'YES', '[]', now(), now()) returning id
       )
       insert into booking (offer_set_id, pool_id, resource, amount, from_at, to_at)
       select owner.id, ${poolId}, 'cores', held.amount, date_trunc('milliseconds', held.from_at),
              date_trunc('milliseconds', held.to_at)
         from owner, (${rows}) as held (n, amount, from_at, to_at) where ${count} > 0;
       update pool set version = version + 2 where id = ${poolId};
       delete from pool_change where pool_id = ${poolId}`,
    ),
  )
  await database.query({ name: `bench.analyze`, text: 'analyze booking', parameters: [] }, {})
}
