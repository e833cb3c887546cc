import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BrokerError } from '../domain/errors.ts'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { isDatabaseAway } from './cannot-now.ts'
import type { Statement } from './statements.ts'

let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.drop())

const statement = (text: string): Statement => ({ name: '', text, parameters: [] })
const ask = <Row>(text: string): Promise<Row[]> => test.database.query<Row>(statement(text), {})

/** Has the database report an error of its own with a SQLSTATE. */
const report = (code: string) =>
  test.database
    .transaction((tx) => test.database.script(tx, `do $$ begin raise exception using errcode = '${code}'; end $$`))
    .then(() => undefined)
    .catch((error: unknown) => error)

describe('a database', () => {
  it.each([
    ['53100', 'The disk of the database is full'],
    ['53200', 'The database has not enough memory'],
    ['53300', 'The database has no connection left'],
    ['53400', 'The database has reached a limit of its configuration'],
    ['58030', 'The database cannot read or write its disk'],
    ['25006', 'The database takes no changes'],
    ['57014', 'The database was told to stop before it was done, or took too long'],
    ['55P03', 'Others kept the database busy for too long'],
  ])('that reports %s is unavailable with the reason', async (code, reason) => {
    const error = (await report(code)) as BrokerError
    expect(error).toBeInstanceOf(BrokerError)
    expect(error.code).toBe('UNAVAILABLE')
    expect(error.detail).toContain(reason)
    expect(String(error.context.forOperator)).toMatch(
      new RegExp(`^${reason}.* \\((/|the database server at ).+\\)\\.$`),
    )
  })
  it.each(['57014', '55P03', '40P01', '40001'])('that reports %s does other statements meanwhile', async (code) => {
    expect(await report(code)).toMatchObject({ code: 'UNAVAILABLE' })
    expect(isDatabaseAway(await report(code))).toBe(false)
  })
  it.each(['53100', '53300', '25006', '58030'])('that reports %s does nothing for anybody', async (code) => {
    expect(isDatabaseAway(await report(code))).toBe(true)
  })
  it('that a statement takes too long for is unavailable, and answers the next one', async () => {
    const slow = test.database.transaction(async (tx) => {
      await tx.query(statement("set local statement_timeout = '1ms'"), {})
      await tx.query(statement('select count(*) from generate_series(1, 1e6)'), {})
    })
    const failure: unknown = await slow.catch((error: unknown) => error)
    // The embedded database cannot be interrupted.
    if (test.database.kind === 'server') {
      expect((failure as BrokerError).code).toBe('UNAVAILABLE')
      expect((failure as BrokerError).detail).toContain('took too long')
    }
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
  })
  it('that reports another error has met a mistake of the broker', async () => {
    expect(await report('22012')).not.toBeInstanceOf(BrokerError)
  })
  it('whose disk was full takes changes again once there is room', async () => {
    await ask(`create function full_disk() returns trigger language plpgsql as $$
      begin raise exception 'could not extend file' using errcode = '53100'; end $$`)
    await ask('create trigger full_disk before insert on disk_room for each row execute function full_disk()')
    await report('53100')
    await expect(test.database.assertWritable()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(test.database.assertWritable()).rejects.toThrow('The disk of the database is full')
    await ask('drop trigger full_disk on disk_room')
    await test.database.assertWritable()
    expect(await ask('select from disk_room')).toEqual([])
  })
  it('that is read-only says so before anything is written', async () => {
    await ask('set default_transaction_read_only = on')
    // A server has more connections, so each is told.
    const [{ database } = { database: '' }] = await ask<{ database: string }>('select current_database() as database')
    await ask(`alter database "${database}" set default_transaction_read_only = on`).catch(() => undefined)
    await expect(test.database.assertWritable()).rejects.toThrow('The database takes no changes')
    await ask('set default_transaction_read_only = off')
  })
})
