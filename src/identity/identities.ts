/** Several kinds of credentials as one source: the first that knows the credentials of a request decides. */
import { BrokerError } from '../domain/errors.ts'
import type { Caller, Credentials, IdentitySource } from './identity.ts'

export class Identities implements IdentitySource {
  readonly #sources: readonly IdentitySource[]

  constructor(sources: readonly IdentitySource[]) {
    this.#sources = sources
  }

  get challenges(): readonly string[] {
    return [...new Set(this.#sources.flatMap(({ challenges }) => challenges))]
  }

  /** Throws UNAUTHENTICATED for credentials that no source knows: to go on as if there were none would hide a mistake. */
  async identify(credentials: Credentials): Promise<Caller | undefined> {
    for (const source of this.#sources) {
      const caller = await source.identify(credentials)
      if (caller) return caller
    }
    if (credentials.headers.authorization === undefined) return undefined
    throw new BrokerError('UNAUTHENTICATED', 'Credentials of this kind are not accepted here.')
  }
}
