import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../../../test/support/token-issuer.ts'
import type { Account } from '../../domain/account.ts'
import { systemClock } from '../../system-clock.ts'
import { Issuer } from './issuer.ts'
import { OidcIdentity } from './oidc-identity.ts'

const account: Account = {
  id: 'a1',
  issuer: 'x',
  subject: 'ada-0001',
  username: 'ada',
  roles: ['user'],
  groups: [],
  mustChangePassword: false,
  createdAt: 0,
}

describe('the keys of an issuer', () => {
  let provider: TokenIssuer
  beforeEach(async () => {
    provider = await tokenIssuer()
  })
  afterEach(() => provider.close())

  function identityWith(keysCoolDownMs: number): OidcIdentity {
    const config = {
      issuer: provider.issuer,
      audience: [AUDIENCE],
      algorithms: ['ES256'],
      usernameClaim: 'preferred_username',
      groupsClaim: 'groups',
      operatorGroups: [],
      adminGroups: [],
      introspection: undefined,
      exchange: undefined,
    }
    const issuers = [new Issuer(config, systemClock, keysCoolDownMs)]
    return new OidcIdentity({ clock: systemClock, realm: 'broker', issuers, provision: async () => account })
  }
  const identify = (identity: OidcIdentity, token: string) =>
    identity.identify({ headers: { authorization: `Bearer ${token}` }, peer: '127.0.0.1', address: '127.0.0.1' })

  it('are asked for again when a token names one that is not known', async () => {
    const identity = identityWith(0)
    const old = await provider.token()
    await identify(identity, old)
    await provider.rotate()
    expect(await identify(identity, await provider.token())).toMatchObject({ owner: 'a1' })
    await expect(identify(identity, old), 'the key was taken back').rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
  it('are not asked for again and again by tokens that name any key', async () => {
    const identity = identityWith(60_000)
    await identify(identity, await provider.token())
    for (let attempt = 0; attempt < 5; attempt++)
      await expect(identify(identity, await provider.token({}, { kid: `made-up-${attempt}` }))).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      })
    expect(provider.asked.get('/keys')).toBe(1)
  })
})
