import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../../../test/support/token-issuer.ts'
import { Issuer } from './issuer.ts'
import { TokenExchange } from './token-exchange.ts'

const MINUTE = 60_000
const given = (token: string, more: object = {}) => ({
  access_token: token,
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 600,
  ...more,
})

describe('the exchange of a token', () => {
  let provider: TokenIssuer
  let clock: FakeClock
  beforeEach(async () => {
    provider = await tokenIssuer()
    provider.exchanges.set('groups', given('for-groups'))
    clock = new FakeClock()
  })
  afterEach(() => provider.close())

  function exchangeAs(clientSecret = 'a secret of the client'): TokenExchange {
    const config = {
      issuer: provider.issuer,
      audience: [AUDIENCE],
      algorithms: ['ES256'],
      usernameClaim: 'preferred_username',
      groupsClaim: 'groups',
      operatorGroups: [],
      adminGroups: [],
      introspection: undefined,
      exchange: { clientId: 'broker', clientSecret },
    }
    return new TokenExchange(new Issuer(config, clock), clock)
  }

  it('gives one that is for the audience of one service, in the name of the caller', async () => {
    expect(await exchangeAs().tokenFor('groups', 'of ada')).toBe('for-groups')
    expect(Object.fromEntries(provider.exchanged[0] ?? [])).toMatchObject({
      audience: 'groups',
      subject_token: 'of ada',
    })
  })
  it('is made once for each caller and audience, and again before the token is over', async () => {
    provider.exchanges.set('data', given('for-data'))
    const exchange = exchangeAs()
    await Promise.all([exchange.tokenFor('groups', 'of ada'), exchange.tokenFor('groups', 'of ada')])
    expect(provider.exchanged).toHaveLength(1)
    await exchange.tokenFor('groups', 'of grace')
    await exchange.tokenFor('data', 'of ada')
    expect(provider.exchanged).toHaveLength(3)
    clock.advance(9 * MINUTE)
    await exchange.tokenFor('groups', 'of ada')
    expect(provider.exchanged).toHaveLength(3)
    clock.advance(MINUTE / 2)
    await exchange.tokenFor('groups', 'of ada')
    expect(provider.exchanged).toHaveLength(4)
  })
  it('is asked for anew each time when nothing is said of how long a token is good', async () => {
    provider.exchanges.set('groups', given('for-groups', { expires_in: undefined }))
    const exchange = exchangeAs()
    for (let time = 0; time < 2; time++) await exchange.tokenFor('groups', 'of ada')
    expect(provider.exchanged).toHaveLength(2)
  })
  it.each([
    ['is bound to a key', given('x', { token_type: 'DPoP' })],
    ['could break out of a header', given('x\r\nHost: evil.example')],
    ['is none', { token_type: 'Bearer' }],
  ])('gives nothing that %s', async (_, answer) => {
    provider.exchanges.set('groups', answer)
    await expect(exchangeAs().tokenFor('groups', 'of ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
  it('is refused to a client with another secret, and for an audience that the issuer does not know', async () => {
    await expect(exchangeAs('another').tokenFor('groups', 'of ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(exchangeAs().tokenFor('elsewhere', 'of ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
