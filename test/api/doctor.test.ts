/** What is examined of databases and of what lies about on platforms; the command is in test/cli. */
import { afterEach, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examineEmbedded, examineServer } from '../../src/doctor/database.ts'
import { examineLeftovers } from '../../src/doctor/platforms.ts'
import { BrokerError } from '../../src/domain/errors.ts'
import { idSource } from '../../src/domain/ids.ts'
import type { Owned } from '../../src/platforms/platform.ts'
import { SimulatedPlatform } from '../../src/platforms/simulated/simulated-platform.ts'
import { lockDirectory } from '../../src/store/data-directory.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { migrate, migrations, schemaOf } from '../../src/store/migrate.ts'
import { openServer } from '../../src/store/server.ts'
import { systemClock } from '../../src/system-clock.ts'
import { administer, onServer, temporaryDatabase, testDatabase } from '../support/database.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  cleanUp.push(() => rmSync(directory, { recursive: true }))
  return directory
}

describe.skipIf(!onServer)('a database on a server', () => {
  const looked = Symbol()

  /** A new database, and what is found in it after something was done to it. */
  async function examineAfter(change: (url: string) => Promise<void>) {
    const temporary = await temporaryDatabase()
    if (!temporary) throw new Error('there is no server')
    cleanUp.push(() => temporary.drop())
    await change(temporary.url)
    let further: unknown
    const found = await examineServer(temporary.url, systemClock, async () => {
      further = looked
      return []
    })
    return { schema: found[1], further, url: temporary.url, states: found.map(({ state }) => state) }
  }
  const migrated = (more: number[]) => async (url: string) => {
    const database = await openServer({ url, connectionsMax: 1 })
    const future = more.map((number) => ({ number, name: 'future', text: 'select 1' }))
    await migrate(database, Date.now(), [...migrations(), ...future])
    await database.close()
  }

  it('may have no tables yet, and gets none', async () => {
    const { schema, further, url } = await examineAfter(async () => undefined)
    expect([schema?.state, schema?.found]).toEqual(['warning', 'It has no tables of a broker yet.'])
    expect(further).toBeUndefined()
    const database = await openServer({ url, connectionsMax: 1 })
    cleanUp.push(() => database.close())
    expect(await schemaOf(database)).toBeUndefined()
  })
  it('is well with the schema of this program, and is looked into further', async () => {
    const { states, further } = await examineAfter(migrated([]))
    expect(states).toEqual(['ok', 'ok', 'ok'])
    expect(further).toBe(looked)
  })
  it('may be that of a newer program', async () => {
    const { schema, further } = await examineAfter(migrated([9_000]))
    expect(schema).toMatchObject({ state: 'problem', advice: 'Use the newer program.' })
    expect(schema?.found).toContain('schema 9000 of a newer broker')
    expect(further).toBeUndefined()
  })
})

describe.skipIf(!onServer)('a database that a broker cannot use', () => {
  const role = (name: string) => `?options=${encodeURIComponent(`-c role=${name}`)}`
  const made = async () => {
    const temporary = (await temporaryDatabase()) as { url: string; drop(): Promise<void> }
    cleanUp.push(() => temporary.drop())
    return temporary.url
  }
  const migrated = async (url: string) => {
    const database = await openServer({ url, connectionsMax: 1 })
    await migrate(database, Date.now(), migrations())
    await database.close()
  }

  it('takes no changes, which is found', async () => {
    const url = await made()
    await migrated(url)
    const name = new URL(url).pathname.slice(1)
    await administer(url, `alter database ${name} set default_transaction_read_only = on`)
    const found = await examineServer(url, systemClock, async () => [])
    const problems = found.filter(({ state }) => state === 'problem').map(({ found: words }) => words)
    expect(problems).toEqual([expect.stringContaining('The database takes no changes')])
  })
  it('is not in UTF8, which is said before anything is written', async () => {
    const url = await made()
    const name = `${new URL(url).pathname.slice(1)}_latin`
    await administer(url, `create database ${name} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`)
    cleanUp.push(() => administer(url, `drop database ${name}`))
    const latin = new URL(url)
    latin.pathname = name
    await expect(openServer({ url: latin.href, connectionsMax: 1 })).rejects.toThrow('has the encoding LATIN1')
    expect(await examineServer(latin.href, systemClock, async () => [])).toMatchObject([{ state: 'problem' }])
  })
  it('is one in which its role may make no tables, or whose tables are those of another', async () => {
    const url = await made()
    await administer(url, 'revoke create on schema public from public')
    const asOther = url + role('pg_monitor')
    await expect(openServer({ url: asOther, connectionsMax: 1 })).rejects.toThrow(
      /pg_monitor may not make tables in the schema public .* "alter database \w+ owner to pg_monitor"/,
    )
    await migrated(url)
    await expect(openServer({ url: asOther, connectionsMax: 1 })).rejects.toThrow(
      '"pg_restore --no-owner --role=pg_monitor"',
    )
    expect(await examineServer(asOther, systemClock, async () => [])).toMatchObject([{ state: 'problem' }])
  })
  it('speaks no TLS, where the URL asks for it', async () => {
    const url = await made()
    await expect(openServer({ url: `${url}?sslmode=verify-full`, connectionsMax: 1 })).rejects.toThrow(
      /speaks no TLS; turn it on there/,
    )
  })
})

describe('an embedded database', () => {
  it('is to be made, is there, or is in use', async () => {
    const directory = temporaryDirectory()
    const found = async () => (await examineEmbedded(directory)).map(({ found: words }) => words)
    expect(await found()).toEqual(['The embedded database will be made at the first start.'])
    await (await openEmbedded(join(directory, 'database'))).close()
    expect(await found()).toEqual(['The embedded database is there, and no broker uses it.'])
    const lock = await lockDirectory(directory)
    expect(await found()).toEqual(['The embedded database is in use by a broker that runs.'])
    await lock.release()
    expect(await found()).toEqual(['The embedded database is there, and no broker uses it.'])
  })
})

describe('what lies about on a platform', () => {
  /** A platform that says that it holds this. */
  class Holding extends SimulatedPlatform {
    readonly says: () => Promise<readonly Owned[]>

    constructor(says: () => Promise<readonly Owned[]>) {
      const capacity = { cores: 1, memory: 1, storage: 1, accelerators: 0 }
      super({ name: 'held', directory: temporaryDirectory(), capacity, defaultDurationMs: 1, clock: systemClock })
      this.says = says
    }
    override owned(): Promise<readonly Owned[]> {
      return this.says()
    }
  }
  const examined = async (says: () => Promise<readonly Owned[]>) => {
    const made = await testDatabase()
    cleanUp.push(() => made.drop())
    return examineLeftovers(made.database, new Holding(says))
  }

  it('is what belongs to no execution', async () => {
    const execution = idSource(Date.now).execution()
    const found = await examined(async () => [{ kind: 'workload', execution }])
    expect(found).toMatchObject([{ area: 'platform held', state: 'warning' }])
    expect(found[0]?.found).toBe('What lies about there and belongs to no execution: 1 containers or volumes.')
  })
  it('is nothing where nothing is, and nothing is said where nobody answers', async () => {
    expect(await examined(async () => [])).toMatchObject([{ state: 'ok' }])
    const away = () => Promise.reject(new BrokerError('PLATFORM_UNAVAILABLE', 'it is away'))
    expect(await examined(away)).toEqual([])
  })
})
