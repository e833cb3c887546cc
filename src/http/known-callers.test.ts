import { describe, expect, it } from 'vitest'
import { BrokerError } from '../domain/errors.ts'
import type { Caller, Credentials } from '../identity/identity.ts'
import { KnownCallers } from './known-callers.ts'

const ADA: Caller = {
  owner: 'ada',
  username: 'ada',
  roles: ['operator'],
  groups: [],
  means: 'access-token',
  mustChangePassword: false,
}
const withHeader = (authorization?: string): Credentials => ({
  headers: authorization === undefined ? {} : { authorization },
  peer: '127.0.0.1',
  address: '127.0.0.1',
})
const away = () => Promise.reject(new BrokerError('UNAVAILABLE', 'The database is not answering.'))
const refused = () => Promise.reject(new BrokerError('UNAUTHENTICATED', 'The access token is unknown.'))
const found = () => Promise.resolve(ADA)

describe('a caller who was known before the database went away', () => {
  it('is known by the same credentials meanwhile', async () => {
    const callers = new KnownCallers()
    await callers.identify(withHeader('Bearer a'), found)
    expect(await callers.identify(withHeader('Bearer a'), away)).toBe(ADA)
    expect(await callers.identify(withHeader('Bearer a'), away)).toBe(ADA)
  })
  it('is known by no others', async () => {
    const callers = new KnownCallers()
    await callers.identify(withHeader('Bearer a'), found)
    await callers.identify(withHeader(), found)
    for (const other of [withHeader('Bearer b'), withHeader('bearer a'), withHeader()])
      await expect(callers.identify(other, away)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
  it('is known no more once the credentials were refused', async () => {
    const callers = new KnownCallers()
    await callers.identify(withHeader('Bearer a'), found)
    await expect(callers.identify(withHeader('Bearer a'), refused)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(callers.identify(withHeader('Bearer a'), away)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
