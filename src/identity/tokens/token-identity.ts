/** Personal access tokens of this broker, as bearer tokens (RFC 6750). */
import type { Account } from '../../domain/account.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'
import { digestOf, TOKEN_PREFIX } from '../access-token.ts'
import { authorization, type Caller, type Credentials, type IdentitySource } from '../identity.ts'

export interface TokenIdentityOptions {
  readonly clock: Clock
  readonly realm: string
  /** The account of a token that is neither revoked nor expired at that instant, and the groups that came with the token. */
  readonly find: (
    digest: Buffer,
    now: Instant,
  ) => Promise<(Account & { assertedGroups: readonly string[] }) | undefined>
}

export class TokenIdentity implements IdentitySource {
  readonly challenges: readonly string[]
  readonly #options: TokenIdentityOptions

  constructor(options: TokenIdentityOptions) {
    this.#options = options
    this.challenges = [`Bearer realm="${options.realm}"`]
  }

  async identify(credentials: Credentials): Promise<Caller | undefined> {
    const token = authorization(credentials, 'Bearer')
    if (!token?.startsWith(TOKEN_PREFIX)) return undefined
    const account = await this.#options.find(digestOf(token), this.#options.clock.now())
    if (!account || account.disabledAt !== undefined)
      throw new BrokerError('UNAUTHENTICATED', 'The access token is unknown, expired or revoked.')
    return {
      owner: account.id,
      username: account.username,
      roles: account.roles,
      groups: account.groups,
      countedGroups: account.assertedGroups,
      means: 'access-token',
      mustChangePassword: account.mustChangePassword,
    }
  }
}
