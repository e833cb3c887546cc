import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onServer, testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { componentLifecycle } from '../domain/component-lifecycle.ts'
import { executionLifecycle } from '../domain/execution-lifecycle.ts'
import type { Lifecycle } from '../domain/transition-table.ts'
import * as accessTokens from './access-tokens.ts'
import * as audit from './audit.ts'
import * as bookings from './bookings.ts'
import * as broker from './broker.ts'
import * as components from './components.ts'
import { lockDirectory } from './data-directory.ts'
import type { Database, Transaction } from './database.ts'
import * as executions from './executions.ts'
import * as idempotency from './idempotency.ts'
import * as identities from './identities.ts'
import * as ledger from './ledger.ts'
import * as messages from './messages.ts'
import { migrate, migrations } from './migrate.ts'
import * as offerSets from './offer-sets.ts'
import * as outputs from './outputs.ts'
import * as pools from './pools.ts'
import * as quotas from './quotas.ts'
import { openServer } from './server.ts'
import { loadedStatements, type Statement } from './statements.ts'
import * as work from './work.ts'

// Named so that every module of the store is loaded, and with it every statement.
const modules = [
  accessTokens,
  audit,
  bookings,
  broker,
  components,
  executions,
  idempotency,
  identities,
  ledger,
  messages,
  offerSets,
  outputs,
  pools,
  quotas,
  work,
]

let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(async () => {
  await test.drop()
})

const inTransaction = (work: (tx: Transaction) => Promise<void>) => test.database.transaction(work)
const statement = (text: string): Statement => ({ name: `test.${text}`, text, parameters: [] })
const readTable = (table: string) => statement(`select * from ${table}`)

describe('the statements', () => {
  it('are all prepared by the database', async () => {
    expect(modules.length).toBe(15)
    expect(loadedStatements().length).toBeGreaterThan(40)
    for (const [index, statement] of loadedStatements().entries()) {
      await inTransaction((tx) => test.database.script(tx, `prepare statement_${index} as ${statement.text}`)).catch(
        (error: Error) => {
          throw new Error(`${statement.name}: ${error.message}`)
        },
      )
    }
  })
})

describe('the migrations', () => {
  it('have a number each, so that none is taken for another that was applied', () => {
    const numbers = migrations().map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)])
  })
  it('may be applied again', async () => {
    await migrate(test.database, Date.now())
  })

  it('refuse a database of a newer program, and say so', async () => {
    const older = migrations().slice(0, -1)
    await expect(migrate(test.database, Date.now(), older)).rejects.toMatchObject({
      code: 'UNPROCESSABLE',
      detail: expect.stringMatching(/newer broker/) as string,
    })
  })

  it('load the transition tables of the code', async () => {
    const stored = async (table: string) =>
      (
        await test.database.query<{ event: string; fromPhase: string; toPhase: string; cause: string }>(
          readTable(table),
          {},
        )
      )
        .map(({ event, fromPhase, toPhase, cause }) => `${event} ${fromPhase} ${toPhase} ${cause}`)
        .sort()
    const declared = (machine: Lifecycle<string, string>) =>
      machine.transitions
        .flatMap(({ event, from, to, cause }) => from.map((phase) => `${event} ${phase} ${to} ${cause}`))
        .sort()
    expect(await stored('execution_transition')).toEqual(declared(executionLifecycle))
    expect(await stored('component_transition')).toEqual(declared(componentLifecycle))
  })
})

describe.skipIf(!onServer)('a process that starts beside others', () => {
  it('waits for no transaction that refers to the transitions', async () => {
    const other = await openServer({ url: test.url as string, connectionsMax: 1 })
    await test.database.transaction(async (tx) => {
      await tx.query(statement('select event from execution_transition for key share'), {})
      await tx.query(statement('select event from component_transition for key share'), {})
      await migrate(other, Date.now())
    })
    await other.close()
  })
})

describe.skipIf(!onServer)("transactions that get in each other's way", () => {
  it('are told from mistakes: one of them may be tried again', async () => {
    const other = await openServer({ url: test.url as string, connectionsMax: 1 })
    const lock = (key: number) => statement(`select pg_advisory_xact_lock(${key})`)
    let holding = 0
    let bothHold = () => {}
    const ready = new Promise<void>((resolve) => (bothHold = resolve))
    const inTurn = (database: Database, first: number, second: number) =>
      database.transaction(async (tx) => {
        await tx.query(lock(first), {})
        if (++holding === 2) bothHold()
        await ready
        await tx.query(lock(second), {})
      })
    const outcomes = await Promise.allSettled([inTurn(test.database, 1, 2), inTurn(other, 2, 1)])
    await other.close()
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    expect(failed).toMatchObject([{ code: 'UNAVAILABLE' }])
  })
})

describe('the lock of a data directory', () => {
  it('refuses a second holder, and is free after release', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lock-'.padEnd(90, 'x')))
    try {
      const first = await lockDirectory(directory)
      await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await first.release()
      const second = await lockDirectory(directory)
      await second.release()
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('lets only one of several that start together in', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lock-'))
    try {
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)))
      const held = tries.filter((one) => one.status === 'fulfilled')
      expect(held.length).toBe(1)
      for (const one of held) await one.value.release()
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

describe('the audit log', () => {
  it.each([
    "update audit set action = 'nothing'",
    'truncate audit',
    'delete from audit',
    "select set_config('broker.audit_leaves_before', '2020-01-01T00:00:00Z', true); delete from audit",
  ])('refuses %s', async (statement) => {
    const entry = {
      at: Date.now(),
      actor: 'ada',
      address: 'local',
      action: 'something',
      outcome: 'done',
      detail: {},
    } as const
    await audit.add(test.database, entry)
    const changed = inTransaction((tx) => test.database.script(tx, statement))
    await expect(changed).rejects.toThrow(/append-only/)
  })
})
