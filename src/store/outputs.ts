/** What programs wrote, kept in parts of one size, so that any byte is found without reading the others. */
import { BrokerError } from '../domain/errors.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'outputs.sql', ['append', 'length', 'read'])

export type OutputStream = 'stdout' | 'stderr'

/** The size of every part but the last of a stream, in bytes. */
export const CHUNK_BYTES = 65_536

/** One part of a stream, by its number. */
export interface OutputPart {
  readonly executionId: ExecutionId
  readonly stream: OutputStream
  readonly chunk: number
  readonly bytes: Buffer
}

/** Keeps parts. The same part twice is kept once. */
export async function append(db: Queryable, parts: readonly OutputPart[]): Promise<void> {
  await db.query(sql.append, {
    executionIds: parts.map(({ executionId }) => executionId),
    streams: parts.map(({ stream }) => stream),
    chunks: parts.map(({ chunk }) => chunk),
    bytes: parts.map(({ bytes }) => bytes),
  })
}

/** How many bytes of a stream are kept. */
export async function length(db: Queryable, executionId: ExecutionId, stream: OutputStream): Promise<number> {
  const [row] = await db.query<{ bytes: number }>(sql.length, { executionId, stream })
  return row?.bytes ?? 0
}

/** The kept bytes of a stream from `from` to before `to`, part by part. Throws NOT_FOUND when they leave meanwhile. */
export async function* read(
  db: Queryable,
  executionId: ExecutionId,
  stream: OutputStream,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  for (let chunk = Math.floor(from / CHUNK_BYTES); chunk * CHUNK_BYTES < to; chunk++) {
    const [row] = await db.query<{ bytes: Buffer }>(sql.read, { executionId, stream, chunk })
    // Its length was told already, so ending early in silence would leave the reader waiting for the rest.
    if (!row) throw new BrokerError('NOT_FOUND', 'The output left while it was read, because its time was over.')
    const begin = chunk * CHUNK_BYTES
    yield row.bytes.subarray(Math.max(0, from - begin), Math.min(row.bytes.length, to - begin))
  }
}
