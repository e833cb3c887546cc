import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { readHost } from '../data/hosts.ts'
import { BrokerError } from '../domain/errors.ts'
import type { OfferSetId } from '../domain/ids.ts'
import type { Caller } from '../identity/identity.ts'
import { Delegations, type DelegatingIssuer } from './delegations.ts'
import { TokenSeal } from './token-seal.ts'

const HOUR = 3_600_000
const ISSUER = 'https://sso.example.org'
const ID = 'an offer set' as OfferSetId
const ARCHIVE = new URL('https://archive.example.org/stars.csv')
const ada: Caller = {
  owner: 'ada',
  username: 'ada',
  roles: ['user'],
  groups: [],
  means: 'oidc',
  mustChangePassword: false,
  bearer: { issuer: ISSUER, token: 'of the request' },
}
const MINE = { offerSetId: ID, owner: 'ada' }

/** An issuer that takes each refresh token once. */
class OnceOnly implements DelegatingIssuer {
  readonly name = ISSUER
  readonly services = [{ hosts: ['*.example.org', '127.0.0.1'].map(readHost), audience: 'archive' }]
  readonly asked: string[] = []
  current = 'refresh-0'
  away = false
  #number = 0

  exchange = async (audience: string, token: string) => `${token} for ${audience}`
  delegate = async (token: string) => {
    this.asked.push(`delegate ${token}`)
    return this.current
  }
  refresh = async (token: string) => {
    this.asked.push(`refresh ${token}`)
    if (this.away || token !== this.current) throw new BrokerError('UNAVAILABLE', 'it is not given')
    this.current = `refresh-${(this.#number += 1)}`
    return { token: `access-${this.#number}`, lifetimeMs: HOUR, next: this.current }
  }
}

describe('acting for somebody', () => {
  const keys: [Buffer] = [randomBytes(32)]
  let issuer: OnceOnly
  let clock: FakeClock
  let kept: string | undefined
  beforeEach(() => {
    issuer = new OnceOnly()
    clock = new FakeClock()
    kept = undefined
  })
  const delegations = (seal = new TokenSeal(keys)) =>
    new Delegations({
      issuers: [issuer],
      seal,
      clock,
      store: {
        find: async () => kept,
        replace: async (_, before, after) => {
          if (kept === before) kept = after
        },
      },
    })

  it('is done with a token for that service alone, while the caller is there', async () => {
    expect(await delegations().forCaller(ada, ARCHIVE)?.()).toBe('of the request for archive')
  })
  it.each(['http://archive.example.org/', 'https://example.com/', 'https://archive.example.org.evil.example/'])(
    'is not done at %s',
    (url) => {
      expect(delegations().forCaller(ada, new URL(url))).toBeUndefined()
      expect(delegations().forOwner(MINE, new URL(url))).toBeUndefined()
    },
  )
  it('is done without encryption on this machine only', () => {
    expect(delegations().forCaller(ada, new URL('http://127.0.0.1:8000/'))).toBeDefined()
  })
  it('is not done for callers without a token of that issuer, and nothing is kept of them', async () => {
    for (const bearer of [undefined, { issuer: 'https://other.example.org', token: 'x' }]) {
      const caller = { ...ada, bearer } as Caller
      expect(delegations().forCaller(caller, ARCHIVE)).toBeUndefined()
      expect(await delegations().keep(caller, [ARCHIVE])).toBeUndefined()
    }
    expect(await delegations().keep(ada, [new URL('https://example.com/')])).toBeUndefined()
    expect(issuer.asked).toEqual([])
  })
  it('is done later with what was kept, by whoever has the key', async () => {
    kept = await delegations().keep(ada, [ARCHIVE])
    expect(kept).not.toContain('refresh')
    expect(await delegations().forOwner(MINE, ARCHIVE)?.()).toBe('access-1 for archive')
    expect(await delegations().forOwner(MINE, ARCHIVE)?.()).toBe('access-2 for archive')
  })
  it('asks the issuer once for all who ask at one moment, and again when the token is nearly over', async () => {
    kept = await delegations().keep(ada, [ARCHIVE])
    const one = delegations()
    const ask = () => one.forOwner(MINE, ARCHIVE)?.()
    expect(new Set(await Promise.all([ask(), ask(), ask()]))).toEqual(new Set(['access-1 for archive']))
    clock.advance(HOUR - 30_001)
    expect(await ask()).toBe('access-1 for archive')
    clock.advance(1)
    expect(await ask()).toBe('access-2 for archive')
  })
  it('passes when the issuer is away, and is taken up again', async () => {
    kept = await delegations().keep(ada, [ARCHIVE])
    issuer.away = true
    const one = delegations()
    await expect(one.forOwner(MINE, ARCHIVE)?.()).rejects.toMatchObject({ code: 'DATA_INTERRUPTED' })
    issuer.away = false
    expect(await one.forOwner(MINE, ARCHIVE)?.()).toBe('access-1 for archive')
  })
  it('fails for good as somebody else, and with other keys', async () => {
    kept = await delegations().keep(ada, [ARCHIVE])
    const grace = { ...MINE, owner: 'grace' }
    await expect(delegations().forOwner(grace, ARCHIVE)?.()).rejects.toMatchObject({ code: 'DATA_UNAVAILABLE' })
    const other = delegations(new TokenSeal([randomBytes(32)]))
    await expect(other.forOwner(MINE, ARCHIVE)?.()).rejects.toThrow(/cannot be opened/)
  })
  it('is not done where nothing was kept', async () => {
    expect(await delegations().forOwner(MINE, ARCHIVE)?.()).toBeUndefined()
  })
})
