/** The statement of docs/operations.md for a lost password, run on a database. */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { expect, it } from 'vitest'
import { basic, CallerApi } from '../support/accounts.ts'
import { testBroker } from '../support/broker.ts'

it('a lost password of the administrator is replaced at the next start (on a server)', async ({ skip }) => {
  const broker = await testBroker({ identity: {} })
  try {
    if (broker.databaseUrl === undefined) return skip('the embedded database is not opened from outside')
    expect(madeAdmin(broker.notes)).toBeDefined()
    await broker.restart()
    expect(madeAdmin(broker.notes), 'there is one').toBeUndefined()
    const statement = /<!-- run: lost password -->\s*```sql\n(.*?)```/s.exec(readFileSync('docs/operations.md', 'utf8'))
    const client = new pg.Client({ connectionString: broker.databaseUrl })
    await client.connect()
    await client.query(statement?.[1] ?? '')
    await client.end()
    await broker.restart()
    const password = madeAdmin(broker.notes)
    expect(password).toBeDefined()
    const account = await new CallerApi(broker.url, basic('admin', password ?? '')).get<{ username: string }>(
      '/account',
    )
    expect(account.body).toMatchObject({ username: 'admin' })
  } finally {
    await broker.close()
  }
})

const madeAdmin = (notes: readonly string[]) =>
  notes.map((note) => /admin with the password (\S+) \(shown/.exec(note)?.[1]).find((one) => one !== undefined)
