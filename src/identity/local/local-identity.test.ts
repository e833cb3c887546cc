import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { networksInMemory } from '../../../test/support/accounts.ts'
import type { Credentials } from '../identity.ts'
import { LocalIdentity, type AccountWithPassword } from './local-identity.ts'
import { hashPassword, isPasswordOf, makePassword } from '../password.ts'

const account: AccountWithPassword = {
  id: 'a1',
  issuer: '',
  subject: 'ada',
  username: 'ada',
  roles: ['user'],
  groups: ['radio'],
  mustChangePassword: false,
  createdAt: 0,
  passwordHash: await hashPassword('correct horse'),
}
const basic = (username: string, password: string, address = '127.0.0.1'): Credentials => ({
  headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
  peer: address,
  address,
})

describe('a password', () => {
  it('is kept so that it can be checked and not read', async () => {
    const stored = await hashPassword('pässword')
    expect(stored).toMatch(/^scrypt\$15\$8\$1\$[^$]+\$[^$]+$/)
    expect(await isPasswordOf('pa\u0308ssword', stored), 'in another form of the same characters').toBe(true)
    expect(await isPasswordOf('password', stored)).toBe(false)
    expect(await hashPassword('pässword')).not.toBe(stored)
  })
  it('is nobody’s where there is no account', async () => {
    expect(await isPasswordOf('', undefined)).toBe(false)
  })
  it('that is made is not made twice', () => {
    expect(new Set(Array.from({ length: 100 }, makePassword)).size).toBe(100)
    expect(makePassword()).toMatch(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/)
  })
})

describe('accounts of the broker', () => {
  let clock: FakeClock
  let stored: AccountWithPassword | undefined
  let source: LocalIdentity
  beforeEach(() => {
    clock = new FakeClock()
    stored = account
    source = new LocalIdentity({
      clock,
      realm: 'broker',
      find: async (username) => (username.toLowerCase() === 'ada' ? stored : undefined),
      networks: networksInMemory(),
    })
  })

  it('are known by name and password', async () => {
    expect(await source.identify(basic('ada', 'correct horse'))).toMatchObject({
      owner: 'a1',
      username: 'ada',
      groups: ['radio'],
      means: 'password',
    })
  })
  it('are not asked for by other credentials', async () => {
    expect(await source.identify({ ...basic('ada', 'x'), headers: {} })).toBeUndefined()
    expect(await source.identify({ ...basic('ada', 'x'), headers: { authorization: 'Bearer abc' } })).toBeUndefined()
  })
  it.each([
    ['a wrong password', basic('ada', 'wrong')],
    ['an unknown name', basic('bob', 'correct horse')],
    ['what is not Base64', { ...basic('ada', 'x'), headers: { authorization: 'Basic ä:ö' } }],
    ['no colon', { ...basic('ada', 'x'), headers: { authorization: `Basic ${btoa('ada')}` } }],
  ])('refuse %s with the same words', async (_, credentials) => {
    await expect(source.identify(credentials)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      detail: 'The user name or the password is wrong.',
    })
  })
  it('that are disabled are refused, also with a password that was right before', async () => {
    await source.identify(basic('ada', 'correct horse'))
    stored = { ...account, disabledAt: 1 }
    await expect(source.identify(basic('ada', 'correct horse'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
  it('with a new password are refused the old one at once', async () => {
    await source.identify(basic('ada', 'correct horse'))
    stored = { ...account, passwordHash: await hashPassword('another horse') }
    await expect(source.identify(basic('ada', 'correct horse'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
  it('are slowed down after wrong passwords, also for the right one, and told how long', async () => {
    for (let failure = 0; failure < 6; failure++)
      await expect(source.identify(basic('ada', `wrong ${failure}`))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(source.identify(basic('ADA', 'correct horse'))).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      retryAfterSeconds: 1,
    })
    clock.advance(1_000)
    expect(await source.identify(basic('ada', 'correct horse'))).toMatchObject({ owner: 'a1' })
  })
  it('slow down an address that guesses names', async () => {
    for (let failure = 0; failure < 21; failure++)
      await expect(source.identify(basic(`name${failure}`, 'wrong', '10.0.0.1'))).rejects.toThrow()
    await expect(source.identify(basic('ada', 'correct horse', '10.0.0.1'))).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
    })
    expect(await source.identify(basic('ada', 'correct horse', '10.0.0.2'))).toMatchObject({ owner: 'a1' })
  })
})
