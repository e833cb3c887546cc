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
    const { authorization } = credentials.headers
    if (authorization === undefined) return undefined
    throw new BrokerError('UNAUTHENTICATED', refusalOf(String(authorization), this.challenges))
  }
}

/** What is said to credentials that no source knows. It does not depend on what is in them, so it tells nothing to those who guess. */
function refusalOf(authorization: string, challenges: readonly string[]): string {
  const schemes = [...new Set(challenges.map((challenge) => challenge.split(' ')[0] ?? ''))]
  const accepted = `Accepted are ${schemes.map((scheme) => WORDS[scheme.toLowerCase()] ?? scheme).join(', ')}.`
  return /^bearer /i.test(authorization) && schemes.some((scheme) => scheme.toLowerCase() === 'bearer')
    ? `Nobody here knows this token: it is not from this broker and not from an issuer that it trusts, or it is cut short. ${accepted}`
    : `Credentials of this kind are not accepted here. ${accepted}`
}

/** What the schemes of the challenges stand for. */
const WORDS: Readonly<Record<string, string>> = {
  basic: 'a user name and a password (Basic)',
  bearer: "a token (Bearer), such as 'broker token NAME' makes",
  ivoa_bearer: 'a token of an issuer (ivoa_bearer)',
  ivoa_x509: 'a client certificate',
}
