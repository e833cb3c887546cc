/** How long a PostgreSQL server has worked for one database, as the server itself counts it. */
import type { Database } from '../src/store/database.ts'

/**
 * The time that connections to this database were busy with statements, all added up, in milliseconds. The server learns
 * it from a connection now and then, and at the connection's end; so those that do nothing now are ended, and whoever had
 * them opens new ones.
 */
export async function busyMs(database: Database): Promise<number> {
  const ended = await database.query<{ pid: number }>(END_OTHERS, {})
  const pids = ended.map(({ pid }) => pid)
  while ((await database.query(STILL_THERE, { pids })).length > 0);
  const [row] = await database.query<{ busy: number }>(BUSY, {})
  return row?.busy ?? 0
}

const END_OTHERS = {
  name: 'bench.endOthers',
  // Who they are is settled before the first is ended: conditions are looked at in whatever order is cheapest.
  text: `with others as materialized (
           select pid from pg_stat_activity where datname = current_database() and state = 'idle')
         select pid, pg_terminate_backend(pid) from others`,
  parameters: [],
}
const STILL_THERE = {
  name: 'bench.stillThere',
  text: 'select pid from pg_stat_activity where pid = any($1::integer[])',
  parameters: ['pids'],
}
const BUSY = {
  name: 'bench.busy',
  text: 'select active_time as busy from pg_stat_database where datname = current_database()',
  parameters: [],
}
