import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { BrokerError } from '../domain/errors.ts'
import type { Caller, Credentials } from '../identity/identity.ts'
import { DatabaseUnavailable } from '../store/cannot-now.ts'
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
const away = () => Promise.reject(new DatabaseUnavailable('The database is not answering.', { cause: undefined }))
const issuerAway = () => Promise.reject(new BrokerError('UNAVAILABLE', 'The issuer does not answer.'))
const refused = () => Promise.reject(new BrokerError('UNAUTHENTICATED', 'The access token is unknown.'))
const found = () => Promise.resolve(ADA)

describe('a caller who was known before the database went away', () => {
  it('is known by the same credentials meanwhile', async () => {
    const callers = new KnownCallers(new FakeClock())
    await callers.identify(withHeader('Bearer a'), found)
    expect(await callers.identify(withHeader('Bearer a'), away)).toBe(ADA)
    expect(await callers.identify(withHeader('Bearer a'), away)).toBe(ADA)
  })
  it('is known by no others', async () => {
    const callers = new KnownCallers(new FakeClock())
    await callers.identify(withHeader('Bearer a'), found)
    await callers.identify(withHeader(), found)
    for (const other of [withHeader('Bearer b'), withHeader('bearer a'), withHeader()])
      await expect(callers.identify(other, away)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
  it('is known no more once the credentials were refused', async () => {
    const callers = new KnownCallers(new FakeClock())
    await callers.identify(withHeader('Bearer a'), found)
    await expect(callers.identify(withHeader('Bearer a'), refused)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(callers.identify(withHeader('Bearer a'), away)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
  it('is known for a quarter of an hour only', async () => {
    const clock = new FakeClock()
    const callers = new KnownCallers(clock)
    await callers.identify(withHeader('Bearer a'), found)
    clock.advance(899_999)
    expect(await callers.identify(withHeader('Bearer a'), away)).toBe(ADA)
    clock.advance(1)
    await expect(callers.identify(withHeader('Bearer a'), away)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
  it('is not known while an issuer is away, who alone can say so', async () => {
    const callers = new KnownCallers(new FakeClock())
    await callers.identify(withHeader('Bearer a'), found)
    await expect(callers.identify(withHeader('Bearer a'), issuerAway)).rejects.toThrow('The issuer does not answer.')
  })
  it('is not known by a header that came with a certificate', async () => {
    const callers = new KnownCallers(new FakeClock())
    await callers.identify(withHeader('Bearer a'), () => Promise.resolve({ ...ADA, means: 'certificate' }))
    await expect(callers.identify(withHeader('Bearer a'), away)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
