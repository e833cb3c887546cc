/** What is written in the database of a broker, read past the broker. */
import pg from 'pg'
import { READERS } from '../src/store/database.ts'
import type { ExecutionPlan } from '../src/domain/execution-plan.ts'

export interface ExecutionFact {
  readonly id: string
  readonly offer_set_id: string
  readonly phase: string
  readonly start_at: number | null
  readonly prepare_at: number | null
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly given_back_at: number | null
  readonly plan: ExecutionPlan
}

export interface Change {
  readonly number: number
  readonly execution_id: string
  readonly position?: number
  readonly event: string
  readonly from_phase: string
  readonly to_phase: string
  readonly at: number
}

export interface Hold {
  readonly pool_id: number
  readonly resource: string
  readonly amount: number
  readonly from_at: number
  readonly to_at: number
}

export interface Capacity {
  readonly pool_id: number
  readonly resource: string
  readonly amount: number
}

/** Everything that is checked at the end. */
export interface Facts {
  readonly offerSets: ReadonlySet<string>
  readonly executions: readonly ExecutionFact[]
  readonly changes: readonly Change[]
  readonly componentChanges: readonly Change[]
  readonly components: readonly { execution_id: string; position: number; family: string; phase: string }[]
  readonly errors: readonly { execution_id: string; text: string }[]
  readonly outputs: ReadonlyMap<string, string>
  readonly holds: readonly Hold[]
  readonly capacity: readonly Capacity[]
  readonly work: number
}

/** Looks into one database. */
export class Looker {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** The id by which the broker marks what is its own on platforms. */
  async brokerId(): Promise<string> {
    const [row] = await this.#rows<{ id: string }>('select id from broker')
    if (!row) throw new Error('there is no broker in the database')
    return row.id
  }

  /** Counts of accepted executions that are not done and of open offers now, and the end of the last promise. */
  async promises(): Promise<{ count: number; untilAt: number }> {
    const [row] = await this.#rows<{ count: number; until_at: number | null }>(
      `select count(*) as count,
              max(case when phase = 'OFFERED' then expires_at
                       else coalesce(end_at, start_at + (plan -> 'slot' ->> 'durationMs')::float * interval '1 millisecond') end)
                as until_at
         from execution
        where phase = 'OFFERED' or (start_at is not null and given_back_at is null)`,
    )
    return { count: row?.count ?? 0, untilAt: row?.until_at ?? 0 }
  }

  async ledger(): Promise<{ holds: Hold[]; capacity: Capacity[] }> {
    const holds = await this.#rows<Hold>('select pool_id, resource, amount, from_at, to_at from booking')
    const capacity = await this.#rows<Capacity>(
      'select distinct on (pool_id, resource) pool_id, resource, amount from pool_capacity order by pool_id, resource, from_at desc',
    )
    return { holds, capacity }
  }

  async all(): Promise<Facts> {
    const offerSets = await this.#rows<{ id: string }>('select id from offer_set')
    const outputs = await this.#rows<{ execution_id: string; text: string }>(
      `select execution_id, convert_from(string_agg(bytes, ''::bytea order by chunk), 'UTF8') as text
         from output where stream = 'stdout' group by execution_id`,
    )
    const [work] = await this.#rows<{ count: number }>('select count(*) as count from work')
    return {
      ...(await this.ledger()),
      offerSets: new Set(offerSets.map(({ id }) => id)),
      executions: await this.#rows<ExecutionFact>('select * from execution'),
      changes: await this.#rows<Change>('select * from execution_history order by number'),
      componentChanges: await this.#rows<Change>('select * from component_history order by number'),
      components: await this.#rows('select * from component'),
      errors: await this.#rows(`select execution_id, text from message where level = 'ERROR'`),
      outputs: new Map(outputs.map(({ execution_id, text }) => [execution_id, text])),
      work: work?.count ?? 0,
    }
  }

  async #rows<Row extends object>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#url, types: READERS })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end()
    }
  }
}
