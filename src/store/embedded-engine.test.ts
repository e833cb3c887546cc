import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'

const statement = (text: string) => ({ name: '', text, parameters: [] })

it('an embedded database that has ended is opened again, with what was committed and with who listens', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ending-'))
  const database = await openEmbedded(join(directory, 'database'))
  onTestFinished(async () => {
    await database.close()
    rmSync(directory, { recursive: true })
  })
  await migrate(database, Date.now())
  const ask = (text: string) => database.query<Record<string, unknown>>(statement(text), {})
  const heard: string[] = []
  await database.listen('news', (payload) => void heard.push(payload))
  await ask("insert into broker (id, created_at) values ('before', now())")

  const log = join(directory, 'database', 'pg_wal')
  renameSync(log, `${log}.away`)
  const broken = database.transaction(async (tx) => {
    await tx.query(statement("update broker set id = 'never'"), {})
    // More than a segment of the log holds; where the next one cannot be made, PostgreSQL ends whole.
    await tx.query(
      statement("select pg_logical_emit_message(true, '', repeat('y', 80000)) from generate_series(1, 300)"),
      {},
    )
  })
  // This one waits for its turn meanwhile, and starts what ends again.
  const waiting = ask('select id from broker')
  await expect(broken).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  renameSync(`${log}.away`, log)
  await expect.poll(() => ask('select id from broker').catch(() => undefined)).toEqual([{ id: 'before' }])
  await database.assertWritable()
  await ask("select pg_notify('news', 'heard')")
  await expect.poll(() => heard).toEqual(['heard'])
})
