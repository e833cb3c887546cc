import { expect, it } from 'vitest'
import { BrokerError } from '../domain/errors.ts'
import { becauseFull } from './data-directory.ts'

const failure = (code: string) => Object.assign(new Error(code), { code })

it('says of a full disk in one sentence where it is and what to do', async () => {
  expect(await becauseFull('/tmp', failure('ENOSPC'))).toMatchObject({
    code: 'NO_SPACE',
    detail:
      'There is no space left for the data directory /tmp; make room there (df -h), or choose another with --data-directory or BROKER_DATA_DIRECTORY.',
  })
})

it('leaves other failures as they are', async () => {
  const mistake = new TypeError('not a function')
  expect(await becauseFull('/tmp', mistake)).toBe(mistake)
  expect(await becauseFull('/nowhere/at/all', failure('EIO'))).toMatchObject({ code: 'EIO' })
  const said = new BrokerError('UNAVAILABLE', 'The database is away.')
  expect(await becauseFull('/tmp', said)).toBe(said)
})
