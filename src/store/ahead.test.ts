/** The executions that may start before their promise, as they are looked for. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import { idSource, type ExecutionId } from '../domain/ids.ts'
import * as bookings from './bookings.ts'
import * as executions from './executions.ts'
import * as ledger from './ledger.ts'
import * as pools from './pools.ts'
import type { PoolId } from './pools.ts'

const NOW = 1_800_000_000_000
const HOUR_MS = 3_600_000
const FREE = { cores: 1, memory: 1, storage: 0, accelerators: 0 }

let made: TestDatabase
let poolId: PoolId
let time = NOW - HOUR_MS
const ids = idSource(() => time++)
beforeAll(async () => {
  made = await testDatabase()
  poolId = await pools.keep(made.database, 'platform', 'pool', { ...FREE, cores: 8, memory: 8 }, NOW)
})
afterAll(() => made.drop())

/** An accepted execution of one core that is promised for later and may start at any time. */
async function accepted(owner: string): Promise<ExecutionId> {
  const { database } = made
  const [offerSetId, id] = [ids.offerSet(), ids.execution()]
  const one = { owner, createdAt: NOW, expiresAt: NOW + HOUR_MS }
  const offer = { ...one, id, offerSetId, position: 0, phase: 'OFFERED' as const, phaseSince: NOW, modifiedAt: NOW }
  const offerSet = { ...one, id: offerSetId, spelling: 'own' as const, result: 'YES' as const, messages: [] }
  await ledger.book(
    database,
    {
      ...{ pools: [], bookings: [], open: new Set() },
      offerSets: [{ ...offerSet, request: {} }],
      offers: [{ ...offer, plan: {} as ExecutionPlan }],
    },
    NOW,
  )
  const times = { startAt: NOW + HOUR_MS, prepareAt: NOW + HOUR_MS, earliestAt: NOW }
  const hold = { poolId, resource: 'cores' as const, amount: 1, fromAt: NOW + HOUR_MS, toAt: NOW + 2 * HOUR_MS }
  await database.transaction(async (tx) => {
    await executions.accept(tx, [{ id, ...times }], NOW)
    await bookings.replaceAll(tx, [offerSetId], [{ offerSetId, ...hold }])
  })
  return id
}

it('are looked at in turns between owners, so that the many of one do not hide the others', async () => {
  const many: ExecutionId[] = []
  for (let count = 0; count < 5; count++) many.push(await accepted('mallory'))
  const [ada, grace] = [await accepted('ada'), await accepted('grace')]
  const seen = await executions.listAhead(made.database, poolId, FREE, NOW, 4)
  expect(seen.map(({ id }) => id)).toEqual([many[0], ada, grace, many[1]])
})
