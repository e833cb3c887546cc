/** Bytes of requests, answers and plans that are kept for each owner. Triggers count them wherever rows come and go. */
import type { Instant } from '../domain/dates.ts'
import type { Queryable } from './database.ts'
import { REMEMBERED_MS } from './idempotency.ts'
import { inOrder, type Retention } from './retention.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'kept-bytes.sql', ['of', 'scattered', 'putTogether', 'nextLeaving'])

/** As many parts are summed up as fast as one. */
const PARTS_MAX = 100

/** Bytes that are kept for an owner. */
export async function of(db: Queryable, owner: string): Promise<number> {
  const [row] = await db.query<{ bytes: number; parts: number }>(sql.of, { owner })
  const { bytes = 0, parts = 0 } = row ?? {}
  if (parts > PARTS_MAX) await db.query(sql.putTogether, { owners: [owner] })
  return bytes
}

/** Puts together what is counted in parts, of at most so many owners; gives of how many. */
export async function putTogether(db: Queryable, limit: number): Promise<number> {
  const owners = (await db.query<{ owner: string }>(sql.scattered, { limit })).map(({ owner }) => owner)
  if (owners.length > 0) await db.query(sql.putTogether, { owners })
  return owners.length
}

/** The instant at which the first of what is kept for an owner leaves; undefined where nothing has ended. */
export async function nextLeaving(db: Queryable, owner: string, times: Retention): Promise<Instant | undefined> {
  const { refusedMs, offersMs, detailsMs, recordsMs } = inOrder(times)
  const [row] = await db.query<{ at?: Instant }>(sql.nextLeaving, {
    owner,
    refused: refusedMs / 1_000,
    offers: offersMs / 1_000,
    details: detailsMs / 1_000,
    records: recordsMs / 1_000,
    key: REMEMBERED_MS / 1_000,
  })
  return row?.at
}
