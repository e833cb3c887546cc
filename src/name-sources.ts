/** The sources of user names that a configuration has, and what in it leaves open whom a name means. Pure. */
import type { Config } from './config-schema.ts'
import { canonical } from './identity/distinguished-name.ts'
import { CERTIFICATE, LOCAL, UserNames, type NameSource } from './identity/user-names.ts'

type IdentityConfig = NonNullable<Config['identity']>
type Authority = NonNullable<NonNullable<IdentityConfig['certificates']>['issuers']>[number]

/** The sources beside the accounts of this broker. */
function sourcesOf({ issuers, certificates }: IdentityConfig): NameSource[] {
  return [
    ...issuers.map(({ issuer, name }) => ({ issuer, name: name ?? hostOf(issuer) })),
    ...(certificates?.issuers?.map((one) => ({ issuer: authorityKey(one), name: one.name })) ?? []),
    ...(certificates && !certificates.issuers ? [{ issuer: CERTIFICATE, name: CERTIFICATE }] : []),
  ]
}

/** The issuer that the accounts of an authority's certificates are kept under. */
export const authorityKey = ({ subject, earlier }: Authority): string =>
  earlier ? CERTIFICATE : `${CERTIFICATE}:${canonical(subject)}`

/** The host of an issuer, with its port where it has one, as far as the name of a source can have it. */
const hostOf = (issuer: string): string =>
  new URL(issuer).host.replaceAll(/[^a-z0-9.]+/g, '-').replace(/^[.-]+/, '') || 'issuer'

/** The rules by which users are known. Without identities there are accounts of this broker at most. */
export function userNamesOf(config: Config['identity']): UserNames {
  const sources = config ? sourcesOf(config) : []
  return new UserNames(sources, plainSource(config?.plainNames, sources)?.issuer)
}

function plainSource(named: string | undefined, sources: readonly NameSource[]): NameSource | undefined {
  if (named !== undefined) return sources.find(({ name }) => name === named)
  return sources.length === 1 ? sources[0] : undefined
}

/** Sentences on what has to be decided before the broker starts, since it would be open whom a name means. */
export function namingFaults({ identity, policies }: Partial<Pick<Config, 'identity' | 'policies'>>): string[] {
  if (!identity) return []
  const sources = sourcesOf(identity)
  return [
    ...sameSources(sources, identity.certificates?.issuers ?? []),
    ...unknownPlain(identity.plainNames, sources),
    ...unclearUsers(identity, sources, policies ?? []),
  ]
}

/** Sources with one name; those that accounts may be from stay reserved also where they are not configured now. */
function sameSources(sources: readonly NameSource[], authorities: readonly Authority[]): string[] {
  const isTwice = (one: string, index: number, all: readonly string[]) => all.indexOf(one) < index
  const certificates = authorities.length === 0 && sources.some(({ issuer }) => issuer === CERTIFICATE)
  const names = [LOCAL, ...(certificates ? [] : [CERTIFICATE]), ...sources.map(({ name }) => name)].filter(isTwice)
  const keys = sources.map(({ issuer }) => issuer).filter(isTwice)
  const earlier = authorities.filter((one) => one.earlier).length
  return [
    ...names.map(
      (name) =>
        `identity has two sources of users that are called ${name}: give the name of one, such as 'name: ${name}-2' at its issuer`,
    ),
    ...(earlier > 1 ? ['identity.certificates.issuers has earlier: true more than once: leave it at one of them'] : []),
    ...(earlier > 1 ? [] : keys.map((key) => `identity lists the issuer ${key} twice: leave one of the two out`)),
  ]
}

function unknownPlain(plainNames: string | undefined, sources: readonly NameSource[]): string[] {
  const known = [LOCAL, ...sources.map(({ name }) => name)]
  if (plainNames === undefined || known.includes(plainNames)) return []
  return [`identity.plainNames is no source of users: write one of ${known.join(', ')}`]
}

/** Policies whose users could be of any source, where nobody has said whose names are used as they are. */
function unclearUsers(
  { plainNames }: IdentityConfig,
  sources: readonly NameSource[],
  policies: NonNullable<Config['policies']>,
): string[] {
  if (plainNames !== undefined || sources.length < 2) return []
  const names = new UserNames(sources, undefined)
  const [first] = policies.flatMap(({ name, users = [] }) =>
    users.filter((user) => !names.isQualified(user)).map((user) => ({ name, user })),
  )
  if (!first) return []
  const known = sources.map(({ name }) => name)
  return [
    `identity.plainNames is needed: the policy ${first.name} is for ${first.user}, and users come from local accounts, ${known.join(' and ')}. Write whose names policies have as they are, such as 'plainNames: ${known[0]}' or 'plainNames: ${LOCAL}', and those of the others as ${first.user}@${known[1]}`,
  ]
}
