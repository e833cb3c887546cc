import { expect, it } from 'vitest'
import type { ExecutionId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import { Looks } from './looks.ts'

const [one, other] = ['1', '2'] as [ExecutionId, ExecutionId]

/** A database that counts what it is asked for, and answers when it is told to. */
function countingDatabase() {
  const asked: unknown[] = []
  let answer = () => {}
  const database = {
    query: (_: unknown, { id }: { id: unknown }) => {
      asked.push(id)
      return new Promise((resolve) => (answer = () => resolve([{ id, number: asked.length }])))
    },
  } as unknown as Database
  return { looks: new Looks(database), asked, answer: () => answer() }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

it('those who look at the same moment share a read, each execution has its own', async () => {
  const { looks, asked } = countingDatabase()
  for (const id of [one, other, one, one]) void looks.find(id)
  await nextTurn()
  expect(asked).toEqual([one, other])
})

it('who looks when a read has begun gets a newer one', async () => {
  const { looks, asked, answer } = countingDatabase()
  const before = looks.find(one)
  await nextTurn()
  const after = looks.find(one)
  answer()
  await nextTurn()
  answer()
  expect(await Promise.all([before, after])).toEqual([
    { id: one, number: 1 },
    { id: one, number: 2 },
  ])
  expect(asked).toEqual([one, one])
})

it('a read that fails is told to all who share it, and is not kept', async () => {
  const failing = { query: () => Promise.reject(new Error('the database is away')) } as unknown as Database
  const looks = new Looks(failing)
  const results = await Promise.allSettled([looks.find(one), looks.find(one)])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(looks.find(one)).rejects.toThrow('away')
})
