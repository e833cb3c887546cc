/** Who is known to this broker: the sources of identities that are configured. Names the adapters, as main.ts does. */
import { Agent } from 'undici'
import { provision, type Known } from './accounts/naming.ts'
import type { Config } from './config-schema.ts'
import { milliseconds } from './config.ts'
import type { Clock } from './domain/clock.ts'
import type { IdSource } from './domain/ids.ts'
import { CertificateIdentity, type Authorities } from './identity/certificate/certificate-identity.ts'
import { canonical } from './identity/distinguished-name.ts'
import { GmsGroups, type GmsOptions } from './identity/gms/gms-groups.ts'
import { Identities } from './identity/identities.ts'
import type { IdentitySource } from './identity/identity.ts'
import { LocalIdentity } from './identity/local/local-identity.ts'
import { Issuer, type ClientCredentials } from './identity/oidc/issuer.ts'
import { OidcIdentity } from './identity/oidc/oidc-identity.ts'
import { TokenExchange } from './identity/oidc/token-exchange.ts'
import { openIdentity } from './identity/open/open-identity.ts'
import { TokenIdentity } from './identity/tokens/token-identity.ts'
import type { UserNames } from './identity/user-names.ts'
import { authorityKey, userNamesOf } from './name-sources.ts'
import { secretIn } from './secrets.ts'
import * as accessTokens from './store/access-tokens.ts'
import type { Database } from './store/database.ts'
import * as identities from './store/identities.ts'
import * as knownNetworks from './store/known-networks.ts'

type IdentityConfig = NonNullable<Config['identity']>

/** The parts that the sources of identities need. */
interface Surroundings {
  readonly database: Database
  readonly clock: Clock
  readonly ids: IdSource
}

/** Sources of identities, and the names by which users are known; without a configuration of identities, the open mode. */
export function identitiesHere(
  config: Config['identity'],
  surroundings: Surroundings,
): { readonly identity: IdentitySource; readonly names: UserNames } {
  const names = userNamesOf(config)
  return { identity: config ? identitySource(config, names, surroundings) : openIdentity, names }
}

function identitySource(config: IdentityConfig, names: UserNames, { database, clock, ids }: Surroundings): Identities {
  const { realm, tokens } = config
  const provisioned = (issuer: string, known: Known, now: number) =>
    provision({ database, ids, names }, issuer, known, now)
  const sources: IdentitySource[] = [
    new LocalIdentity({
      clock,
      realm,
      find: (username) => identities.findLocal(database, username),
      networks: {
        has: (username, network, now) => knownNetworks.has(database, username, network, now),
        note: (accountId, network, now) => knownNetworks.note(database, accountId, network, now),
      },
    }),
    new TokenIdentity({
      clock,
      realm,
      find: (digest, now) => accessTokens.use(database, digest, now, milliseconds(tokens.longest)),
    }),
  ]
  if (config.issuers.length > 0) {
    const issuers = config.issuers.map((one) => issuerOf(one, clock))
    sources.push(
      new OidcIdentity({
        clock,
        realm,
        issuers,
        provision: provisioned,
        groupsOf: groupServices(config.issuers, issuers, clock),
      }),
    )
  }
  if (config.certificates) {
    const { frontEnds, subjectHeader, verifiedHeader } = config.certificates
    sources.push(
      new CertificateIdentity({
        clock,
        frontEnds,
        subjectHeader: subjectHeader.toLowerCase(),
        verifiedHeader: verifiedHeader.toLowerCase(),
        authorities: authoritiesOf(config.certificates),
        provision: provisioned,
      }),
    )
  }
  return new Identities(sources)
}

/** The authorities whose certificates are accepted; undefined where the front end alone decides. */
function authoritiesOf({
  issuerHeader,
  issuers,
}: NonNullable<IdentityConfig['certificates']>): Authorities | undefined {
  if (issuerHeader === undefined || issuers === undefined) return undefined
  return {
    header: issuerHeader.toLowerCase(),
    issuers: new Map(issuers.map((one) => [canonical(one.subject), authorityKey(one)])),
  }
}

/** Asks the group service of an issuer; a token is shown to no other. */
function groupServices(configured: IdentityConfig['issuers'], issuers: readonly Issuer[], clock: Clock) {
  const dispatcher = new Agent()
  const services = new Map<string, GmsGroups>()
  for (const issuer of issuers) {
    const { groupService } = configured.find((one) => one.issuer === issuer.config.issuer) ?? {}
    if (!groupService) continue
    const { url, audience, groups, answerWithin, cacheFor, whenAway } = groupService
    const exchange = new TokenExchange(issuer, clock)
    const options: GmsOptions = {
      url,
      groups,
      answerWithinMs: milliseconds(answerWithin),
      cacheMs: milliseconds(cacheFor),
      whenAwayMs: milliseconds(whenAway),
      tokenFor: async (token) => (audience === undefined ? token : exchange.tokenFor(audience, token)),
      clock,
      dispatcher,
    }
    services.set(issuer.config.issuer, new GmsGroups(options))
  }
  return async (issuer: string, token: string) => (await services.get(issuer)?.of(token)) ?? []
}

/** An issuer that is configured. */
export function issuerOf(
  { introspection, exchange, ...issuer }: IdentityConfig['issuers'][number],
  clock: Clock,
): Issuer {
  return new Issuer({ ...issuer, introspection: clientOf(introspection), exchange: clientOf(exchange) }, clock)
}

function clientOf(client: IdentityConfig['issuers'][number]['introspection']): ClientCredentials | undefined {
  return client && { clientId: client.clientId, clientSecret: secretIn(client.clientSecretFile, 'a client secret') }
}
