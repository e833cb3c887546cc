import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { declaredOperations } from './operations.ts'
import { provocationOf, strayEntries } from './provocations.ts'
import { prepareSetting, type Setting } from './setting.ts'

let setting: Setting
beforeAll(async () => {
  setting = await prepareSetting()
})
afterAll(() => setting.close())

const operations = declaredOperations()

describe('every response that the contract declares comes, and is as declared', () => {
  // The client of the tests holds each answer against the contract and throws when it does not follow it.
  describe.each(operations)('$method $path', (operation) => {
    it('can be refused like any other', () => expect(operation.refusals).toContain('408'))
    it.each([...operation.statuses, ...operation.refusals])('%s', async (status) => {
      const provoke = provocationOf(operation, status)
      expect(provoke, `nobody has said how ${status} of ${operation.id} is provoked`).toBeDefined()
      const answer = await provoke?.(setting, operation)
      expect(answer?.status).toBe(Number(status))
    })
  })
})

it('nothing is provoked that the contract does not declare', () => {
  expect(strayEntries(operations)).toEqual([])
})
