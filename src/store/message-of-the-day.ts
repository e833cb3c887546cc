/** What the site has to say to everybody now. */
import type { Instant } from '../domain/dates.ts'
import { at, type Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'message-of-the-day.sql', ['set', 'clear', 'find'])

export interface MessageOfTheDay {
  readonly text: string
  readonly setAt: Instant
  /** When it goes by itself. */
  readonly untilAt?: Instant
}

/** Makes this what is said to everybody, in the place of what was said before; false when it is said already. */
export async function set(db: Queryable, { text, setAt, untilAt }: MessageOfTheDay): Promise<boolean> {
  return (await db.query(sql.set, { text, at: at(setAt), until: at(untilAt) })).length > 0
}

/** Says nothing any more; false when nothing was said. */
export async function clear(db: Queryable): Promise<boolean> {
  return (await db.query(sql.clear, {})).length > 0
}

/** What is said now; undefined when nothing is. */
export async function find(db: Queryable, now: Instant): Promise<MessageOfTheDay | undefined> {
  const [message] = await db.query<MessageOfTheDay>(sql.find, { at: at(now) })
  return message
}
