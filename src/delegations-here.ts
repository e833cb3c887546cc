/** At which services callers are acted for, as the configuration says. */
import type { Config } from './config-schema.ts'
import { readHost } from './data/hosts.ts'
import type { Clock } from './domain/clock.ts'
import { BrokerError } from './domain/errors.ts'
import { issuerOf } from './identities-here.ts'
import { Delegations, type DelegatingIssuer } from './delegation/delegations.ts'
import { readKeys, TokenSeal } from './delegation/token-seal.ts'
import { TokenExchange } from './identity/oidc/token-exchange.ts'
import { secretIn } from './secrets.ts'
import type { Database } from './store/database.ts'
import * as offerSets from './store/offer-sets.ts'

/** How callers are acted for; undefined where no service is configured. Throws UNPROCESSABLE without keys. */
export function delegationsOf(
  config: Config['identity'],
  { database, clock }: { readonly database: Database; readonly clock: Clock },
): Delegations | undefined {
  const issuers = config?.issuers.filter(({ services }) => services.length > 0) ?? []
  if (issuers.length === 0) return undefined
  if (config?.tokenKeysFile === undefined)
    throw new BrokerError(
      'UNPROCESSABLE',
      'identity.tokenKeysFile is missing: an issuer has services, and refresh tokens are kept encrypted only.',
    )
  return new Delegations({
    issuers: issuers.map((one) => delegatingIssuer(one, clock)),
    seal: new TokenSeal(readKeys(secretIn(config.tokenKeysFile, 'the keys of tokens'))),
    store: {
      find: (id) => offerSets.delegation(database, id),
      replace: (id, before, after) => offerSets.replaceDelegation(database, id, before, after),
    },
    clock,
  })
}

function delegatingIssuer(config: Parameters<typeof issuerOf>[0], clock: Clock): DelegatingIssuer {
  const issuer = issuerOf(config, clock)
  const tokens = new TokenExchange(issuer, clock)
  return {
    name: config.issuer,
    services: config.services.map(({ hosts, audience }) => ({ hosts: hosts.map(readHost), audience })),
    exchange: (audience, token) => tokens.tokenFor(audience, token),
    delegate: (token) => issuer.delegate(token),
    refresh: (refreshToken) => issuer.refresh(refreshToken),
  }
}
