/** Whether the database can be had, and whether it fits this program. Nothing is changed in it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../domain/clock.ts'
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import * as broker from '../store/broker.ts'
import { isLocked } from '../store/data-directory.ts'
import type { Database } from '../store/database.ts'
import { migrations, schemaOf } from '../store/migrate.ts'
import { openServer } from '../store/server.ts'
import { compareClocks } from './clocks.ts'
import { about, type Finding } from './finding.ts'

const { ok, warning, problem } = about('database')

/** Looks at the embedded database from outside: to open it would keep a broker from starting meanwhile. */
export async function examineEmbedded(directory: string): Promise<Finding[]> {
  if (!existsSync(join(directory, 'database'))) return [ok('The embedded database will be made at the first start.')]
  return [
    ok(
      (await isLocked(directory))
        ? 'The embedded database is in use by a broker that runs.'
        : 'The embedded database is there, and no broker uses it.',
    ),
  ]
}

/** Looks at a server, and lets `more` look further into a database with the schema of this program. */
export async function examineServer(
  url: string,
  clock: Clock,
  more: (database: Database) => Promise<Finding[]>,
): Promise<Finding[]> {
  const opened = await openServer({ url, connectionsMax: 2 }).catch((error: unknown) => {
    if (!(error instanceof BrokerError)) throw error
    return error
  })
  if (opened instanceof BrokerError) return [problem(opened.detail, 'Nothing works before that.')]
  try {
    const askedAt = clock.now()
    const { theirsAt, version } = await broker.serverNow(opened)
    const answeredAt = clock.now()
    const schema = await examineSchema(opened)
    return [
      ok(`PostgreSQL ${version} answers.`),
      schema,
      ...(await examineWriting(opened)),
      compareClocks('the database', { theirsAt, askedAt, answeredAt }),
      ...(schema.state === 'ok' ? await more(opened) : []),
    ]
  } finally {
    await opened.close()
  }
}

/** Findings about writing, which a standby and a full disk refuse. */
async function examineWriting(database: Database): Promise<Finding[]> {
  try {
    await database.assertWritable()
    return []
  } catch (error) {
    if (!isBrokerError(error, 'UNAVAILABLE')) throw error
    return [problem(error.forOperator, 'Nothing can be accepted or started before it takes changes.')]
  }
}

async function examineSchema(database: Database): Promise<Finding> {
  const known = Math.max(...migrations().map(({ number }) => number))
  const newest = await schemaOf(database)
  if (newest === undefined)
    return warning('It has no tables of a broker yet.', 'They are made at the first start; nothing is to be done.')
  if (newest > known)
    return problem(
      `It has schema ${newest} of a newer broker; this program knows schemas up to ${known}.`,
      'Use the newer program.',
    )
  if (newest < known)
    return warning(
      `It has schema ${newest}; this program brings it to ${known} when it starts.`,
      'Make a copy of the database first (pg_dump).',
    )
  return ok(`It has the schema of this program (${known}).`)
}
