import { describe, expect, it } from 'vitest'
import { unfit, type ServerFacts } from './fits.ts'

const FIT: ServerFacts = {
  number: 150_018,
  version: '15.18',
  encoding: 'UTF8',
  database: 'obs',
  role: 'ada',
  schema: 'public',
  mayMakeTables: true,
  owner: null,
  isOwner: null,
}
const MADE = { owner: 'ada', isOwner: true }

describe('a database on a server', () => {
  it.each<[string, Partial<ServerFacts>]>([
    ['without tables', {}],
    ['with tables of the role', MADE],
    ['with tables of the role, which may make no more', { ...MADE, mayMakeTables: false }],
    ['with tables of a role that it is a member of', { owner: 'brokers', isOwner: true }],
  ])('%s can be used', (_, facts) => {
    expect(unfit({ ...FIT, ...facts })).toBeUndefined()
  })
  it.each<[string, Partial<ServerFacts>, string]>([
    ['that is too old', { number: 130_010, version: '13.10' }, 'needs 14 or later'],
    ['in LATIN1', { encoding: 'LATIN1' }, `"create database NAME owner ada encoding 'UTF8' template template0"`],
    ['in SQL_ASCII with tables', { ...MADE, encoding: 'SQL_ASCII' }, 'has the encoding SQL_ASCII'],
    ['where no tables may be made', { mayMakeTables: false }, '"alter database obs owner to ada"'],
    ['without a schema', { schema: null, mayMakeTables: null }, 'may not make tables in any schema'],
    ['with tables of another', { owner: 'postgres', isOwner: false }, '"pg_restore --no-owner --role=ada"'],
  ])('%s cannot be used, which says what to do', (_, facts, said) => {
    expect(unfit({ ...FIT, ...facts })).toContain(said)
  })
})
