/** Attacks on passwords: finding out who has an account, and guessing. No time is measured; what is done is looked at. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hashPassword } from '../../src/identity/password.ts'
import { LocalIdentity, type AccountWithPassword } from '../../src/identity/local/local-identity.ts'
import type { Credentials } from '../../src/identity/identity.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import {
  basic,
  brokerWithAccounts,
  networksInMemory,
  passwordOf,
  type BrokerWithAccounts,
} from '../support/accounts.ts'
import { UNKNOWN_ID } from '../support/api.ts'
import { FakeClock } from '../support/fake-clock.ts'

let setting: BrokerWithAccounts
/** The clock of the broker: waits that guessing brings are over as soon as a test wants. */
const clock = new FakeClock(Date.now())
beforeAll(async () => {
  setting = await brokerWithAccounts({}, clock)
  await setting.user('ada')
  await setting.user('eve')
  const dora = await setting.user('dora')
  const { body } = await dora.get<Schemas['Account']>('/account')
  await setting.admin.post(`/admin/identities/${body.uuid}`, { disabled: true })
})
afterAll(() => setting.broker.close())
beforeEach(() => clock.advance(3_600_000))

const login = (username: string, password: string) =>
  setting.as(basic(username, password)).get<Schemas['Problem']>('/account')
/** An answer without what is different in any two. */
const seen = ({ status, headers, body }: Awaited<ReturnType<typeof login>>) => ({
  status,
  headers: Object.fromEntries([...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))),
  body: { ...body, requestId: '' },
})

describe('whether there is an account is not told by', () => {
  const WRONG = seen as (answer: Awaited<ReturnType<typeof login>>) => unknown
  it.each([
    ['a name that nobody has', 'nobody', 'wrong'],
    ['a disabled account and its right password', 'dora', passwordOf('dora')],
    ['a disabled account and a wrong password', 'dora', 'wrong'],
    ['a name in other letters', 'ADA', 'wrong'],
    ['no name', '', 'wrong'],
    ['no password', 'ada', ''],
    ['neither', '', ''],
    ['a pattern', 'ad%', passwordOf('ada')],
    ['a statement', "ada' --", passwordOf('ada')],
    ['a name with NUL in it', 'ada\0', passwordOf('ada')],
    ['a name with white space', ' ada', passwordOf('ada')],
    ['a name with half a character', 'ada\ud800', passwordOf('ada')],
    ['a name that looks like another', 'аda', passwordOf('ada')],
    ['a name with what is not seen', 'ada\u200b', passwordOf('ada')],
    ['a very long name', 'a'.repeat(4_000), 'wrong'],
    ['a very long password', 'ada', 'w'.repeat(4_000)],
  ])('%s', async (_, username, password) => {
    const known = WRONG(await login('ada', 'another wrong one'))
    expect(WRONG(await login(username, password))).toEqual(known)
  })
  it.each([
    ['what is no Base64', 'Basic ~~~'],
    ['what has no colon', `Basic ${btoa('ada')}`],
    ['nothing', 'Basic'],
    ['bytes that are no text', `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0x00]).toString('base64')}`],
    ['credentials with something behind them', `Basic ${btoa(`ada:${passwordOf('ada')}`)} x`],
  ])('credentials that are %s', async (_, Authorization) => {
    const { status } = await setting.as({ Authorization }).get('/account')
    expect(status).toBe(401)
  })
  it('what others may ask of an account by its id', async () => {
    const bob = await setting.user('bob')
    const { body } = await bob.get<Schemas['Account']>('/account')
    const ask = (uuid: string) => bob.get<Schemas['Problem']>(`/admin/identities/${uuid}`)
    const [there, missing] = [await ask(body.uuid ?? ''), await ask(UNKNOWN_ID)]
    expect([there.status, missing.status]).toEqual([403, 403])
    expect(there.body.detail).toBe(missing.body.detail)
  })
})

describe('guessing passwords', () => {
  const USUAL = 'a password that is right'
  const BUSY = 'busy with other logins'
  let account: AccountWithPassword
  let found: AccountWithPassword | undefined
  let source: LocalIdentity
  beforeAll(async () => {
    account = {
      id: 'a1',
      issuer: '',
      subject: 'ada',
      username: 'ada',
      roles: ['user'],
      groups: [],
      mustChangePassword: false,
      createdAt: 0,
      passwordHash: await hashPassword(USUAL),
    }
  })
  let networks: ReturnType<typeof networksInMemory>
  /** A source that remembers no password and no guess; the networks stay known. */
  const anew = () => new LocalIdentity({ clock: new FakeClock(), realm: 'broker', find: async () => found, networks })
  beforeEach(() => {
    found = account
    networks = networksInMemory()
    source = anew()
  })
  const guess = async (username: string, password: string, address = '192.0.2.1'): Promise<string> => {
    const authorization = basic(username, password).Authorization
    const credentials: Credentials = { headers: { authorization }, peer: address, address }
    return source.identify(credentials).then(
      () => 'in',
      (error: { code: string; message: string }) => (/busy/.test(error.message) ? BUSY : error.code),
    )
  }
  const count = (answers: string[], one: string) => answers.filter((answer) => answer === one).length
  const many = (guesses: (index: number) => Promise<string>) =>
    Promise.all(Array.from({ length: 24 }, (_, index) => guesses(index)))

  it('many at the same moment are as few as one after the other', async () => {
    const answers = await many((index) => guess('ada', `guess ${index}`))
    // Five are free; two are looked at together, so that one more gets through before the fifth has failed.
    expect(count(answers, 'UNAUTHENTICATED')).toBeLessThanOrEqual(7)
    expect(count(answers, 'UNAUTHENTICATED') + count(answers, 'TOO_MANY_REQUESTS') + count(answers, BUSY)).toBe(24)
  })
  it('by strangers of one site, each in a network of its own, keeps nobody else out', async () => {
    expect(await guess('ada', USUAL, '192.0.2.50')).toBe('in')
    source = anew()
    const strangers = Array.from({ length: 45 }, (_, lane) => guess(`name${lane}`, 'wrong', `2001:db8:1:${lane}::1`))
    const [known, elsewhere] = await Promise.all([
      guess('ada', USUAL, '192.0.2.50'),
      guess('ada', USUAL, '198.51.100.9'),
    ])
    expect([known, elsewhere]).toEqual(['in', 'in'])
    expect(count(await Promise.all(strangers), BUSY)).toBeGreaterThan(0)
  })
  it('is not what a program of one user does that asks for much at once', async () => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => guess('ada', USUAL, '192.0.2.60')))
    expect(count(answers, 'in')).toBe(64)
  })
  it('by strangers from everywhere keeps no owner of an account out of where it came from before', async () => {
    expect(await guess('ada', USUAL, '192.0.2.50')).toBe('in')
    source = anew()
    const strangers = Array.from({ length: 45 }, (_, lane) => guess(`name${lane}`, 'wrong', `198.51.100.${lane}`))
    expect(await guess('ada', USUAL, '192.0.2.50')).toBe('in')
    expect(count(await Promise.all(strangers), BUSY)).toBeGreaterThan(0)
  })
  it('of one site in ever new networks is slowed down, and not those who are known there', async () => {
    expect(await guess('ada', USUAL, '2001:db8:1:ffff::1')).toBe('in')
    source = anew()
    for (let wave = 0; wave < 7; wave++)
      await Promise.all(
        Array.from({ length: 16 }, (_, lane) =>
          guess(`n${wave}-${lane}`, 'wrong', `2001:db8:1:${wave * 16 + lane}::1`),
        ),
      )
    expect(await guess('another', 'wrong', '2001:db8:1:aaaa::1')).toBe('TOO_MANY_REQUESTS')
    expect(await guess('another', 'wrong', '2001:db8:2:aaaa::1'), 'at another site').toBe('UNAUTHENTICATED')
    expect(await guess('ada', USUAL, '2001:db8:1:ffff::2')).toBe('in')
  }, 120_000)
  it('many at the same moment do not get the right one among them', async () => {
    const answers = await many((index) => guess('ada', index === 20 ? USUAL : `guess ${index}`))
    expect(count(answers, 'in')).toBe(0)
  })
  it('one after the other, a name that nobody has is slowed down as one that somebody has', async () => {
    const row = async (there: boolean) => {
      found = there ? account : undefined
      const answers: string[] = []
      for (let index = 0; index < 8; index++) answers.push(await guess(there ? 'ada' : 'eve', `wrong ${index}`))
      return answers
    }
    expect(await row(true)).toEqual(await row(false))
  })
  it('of a disabled account are slowed down for the right one too', async () => {
    found = { ...account, disabledAt: 1 }
    const answers: string[] = []
    for (let index = 0; index < 8; index++) answers.push(await guess('ada', index % 2 ? USUAL : `wrong ${index}`))
    expect(answers.slice(0, 6)).toEqual(Array(6).fill('UNAUTHENTICATED'))
    expect(answers.slice(6)).toEqual(Array(2).fill('TOO_MANY_REQUESTS'))
  })
  it('in other letters are guesses at the same name', async () => {
    const names = ['ada', 'ADA', 'Ada', 'aDa', 'adA', 'AdA', 'aDA']
    const answers: string[] = []
    for (const name of names) answers.push(await guess(name, 'wrong'))
    expect(answers.at(-1)).toBe('TOO_MANY_REQUESTS')
  })
  it('of many names from one address are slowed down', async () => {
    found = undefined
    const answers: string[] = []
    for (let index = 0; index < 23; index++) answers.push(await guess(`name${index}`, 'password123'))
    expect(answers.at(-1)).toBe('TOO_MANY_REQUESTS')
  })
  it('are not forgotten because of a password of one’s own', async () => {
    for (let index = 0; index < 21; index++) {
      found = undefined
      await guess(`name${index}`, 'password123')
      found = account
      if (index % 5 === 0) await guess('ada', USUAL)
    }
    found = undefined
    expect(await guess('another', 'password123')).toBe('TOO_MANY_REQUESTS')
  })
})

describe('the owner of an account is not locked out', () => {
  let behind: BrokerWithAccounts
  beforeAll(async () => {
    behind = await brokerWithAccounts({ 'listen.trustedProxies': ['127.0.0.1'] }, clock)
    await behind.user('ada')
  })
  afterAll(() => behind.broker.close())
  const from = async (address: string, password: string, username = 'ada') => {
    const headers = { ...basic(username, password), 'X-Forwarded-For': address }
    return (await behind.as(headers).get('/account')).status
  }
  const guessUntilSlowedDown = async (addressOf: (index: number) => string) => {
    const statuses: number[] = []
    for (let index = 0; index < 8; index++) statuses.push(await from(addressOf(index), `wrong ${index}`))
    expect(statuses.at(-1)).toBe(429)
  }

  it('of where it came from before, by guesses of strangers, also after a restart', async () => {
    expect(await from('192.0.2.1', passwordOf('ada'))).toBe(200)
    expect(await from('2001:db8:1:2::1', passwordOf('ada'))).toBe(200)
    clock.advance(3_600_000)
    await guessUntilSlowedDown((index) => `198.51.100.${index}`)
    expect(await from('192.0.2.1', passwordOf('ada'))).toBe(200)
    expect(await from('2001:db8:1:2::ffff', passwordOf('ada')), 'another address of the same host').toBe(200)
    expect(await from('192.0.2.2', passwordOf('ada')), 'from where it never came').toBe(429)
    await behind.broker.restart()
    await guessUntilSlowedDown((index) => `198.51.100.${index}`)
    expect(await from('192.0.2.1', passwordOf('ada'))).toBe(200)
  })
  it('and nobody guesses without end from there', async () => {
    expect(await from('192.0.2.7', passwordOf('ada'))).toBe(200)
    await guessUntilSlowedDown(() => '192.0.2.7')
    expect(await from('192.0.2.7', passwordOf('ada')), 'the right one among them').toBe(429)
    expect(await from('192.0.2.1', passwordOf('ada')), 'elsewhere').toBe(200)
  })
  it('and a name that nobody has is slowed down as one that is known from elsewhere', async () => {
    expect(await from('192.0.2.9', passwordOf('ada'))).toBe(200)
    const row = async (username: string, address: string) => {
      const statuses: number[] = []
      for (let index = 0; index < 8; index++) statuses.push(await from(`${address}${index}`, 'wrong', username))
      return statuses
    }
    expect(await row('ada', '203.0.113.')).toEqual(await row('nobody', '203.0.113.1'))
  })
  it('by a network that was known so long ago that it may be another’s', async () => {
    expect(await from('192.0.2.11', passwordOf('ada'))).toBe(200)
    clock.advance(91 * 86_400_000)
    await guessUntilSlowedDown((index) => `198.51.100.${100 + index}`)
    expect(await from('192.0.2.11', passwordOf('ada'))).toBe(429)
  })
})

describe('guessing from elsewhere', () => {
  it('is not made possible by headers that name other addresses', async () => {
    const statuses: number[] = []
    for (let index = 0; index < 8; index++) {
      const headers = { 'X-Forwarded-For': `198.51.100.${index}`, Forwarded: `for=198.51.100.${index}` }
      statuses.push((await setting.as({ ...basic('ada', 'wrong'), ...headers }).get('/account')).status)
    }
    expect(statuses.at(-1)).toBe(429)
  })
  it('tells with each wait when to try again', async () => {
    for (let index = 0; index < 6; index++) await login('ada', `wrong ${index}`)
    const { status, headers } = await login('ada', passwordOf('ada'))
    expect([status, Number(headers.get('Retry-After'))]).toEqual([429, expect.any(Number)])
  })
})

describe('a password that is easy to guess is refused:', () => {
  it.each([
    ['one that is short', 'short'],
    ['one with the user name in it', 'xx-Carol-2026-xx'],
    ['one that is longer than any', 'p'.repeat(10_000)],
  ])('%s', async (_, password) => {
    const { status } = await setting.admin.post('/admin/identities', { username: 'carol', password })
    expect([400, 422]).toContain(status)
  })
})

describe('whoever changes a password many times at once', () => {
  it('does that once, and keeps nobody else from logging in', async () => {
    const eve = setting.as(basic('eve', passwordOf('eve')))
    const changes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => eve.post('/account/password', { password: `a long password ${index}` })),
    )
    const done = changes.filter(({ status }) => status === 204)
    expect([done.length > 0, done.length < 20]).toEqual([true, true])
    // The others came while it was being changed, or with the password of before.
    for (const { status } of changes) expect([204, 401, 429]).toContain(status)
    expect((await login('ada', passwordOf('ada'))).status).toBe(200)
  })
})
