/**
 * Client certificates, checked by a front end that ends TLS and passes the subject on in a header, and their authority in
 * another one. The headers are believed from configured addresses only; from everybody else it is as if they were not there.
 */
import { BlockList, isIPv6 } from 'node:net'
import type { Account } from '../../domain/account.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError, isBrokerError } from '../../domain/errors.ts'
import type { Caller, Credentials, IdentitySource } from '../identity.ts'
import { CERTIFICATE, nameFrom } from '../user-names.ts'
import { canonical, commonName } from '../distinguished-name.ts'

export interface CertificateIdentityOptions {
  readonly clock: Clock
  /** The header with the subject, such as `x-ssl-client-s-dn`, and the one that says `SUCCESS`. Lower case. */
  readonly subjectHeader: string
  readonly verifiedHeader: string
  /** The networks of the front ends, as CIDR. */
  readonly frontEnds: readonly string[]
  /** The authorities whose certificates are accepted; undefined where the front end alone decides. */
  readonly authorities?: Authorities | undefined
  /** The account of somebody whom an issuer knows by a subject; it is made at the first visit. */
  readonly provision: (
    issuer: string,
    known: { readonly subject: string; readonly username: string | undefined },
    now: Instant,
  ) => Promise<Account>
}

/** The authorities whose certificates are accepted. */
export interface Authorities {
  /** The header with the issuer of the certificate. Lower case. */
  readonly header: string
  /** The issuer that accounts are kept under, by the distinguished name in its one spelling. */
  readonly issuers: ReadonlyMap<string, string>
}

export class CertificateIdentity implements IdentitySource {
  readonly challenges = ['ivoa_x509']
  readonly #options: CertificateIdentityOptions
  readonly #frontEnds = new BlockList()

  constructor(options: CertificateIdentityOptions) {
    this.#options = options
    for (const network of options.frontEnds) {
      const [address = '', length = ''] = network.split('/')
      this.#frontEnds.addSubnet(address, Number(length), isIPv6(address) ? 'ipv6' : 'ipv4')
    }
  }

  async identify({ headers, rawHeaders = [], peer }: Credentials): Promise<Caller | undefined> {
    const { subjectHeader, verifiedHeader, provision, clock } = this.#options
    if (!this.#isFrontEnd(peer)) return undefined
    const subject = headers[subjectHeader]
    if (subject === undefined || subject === '') return undefined
    if (Array.isArray(subject) || subject.length > 1_000) throw refused('the subject is given twice, or too long')
    // Node joins two with a comma, which is a name too; one may be the client's own beside that of the front end.
    const its = [subjectHeader, verifiedHeader, this.#options.authorities?.header]
    if (its.some((header) => rawHeaders.filter((one, at) => at % 2 === 0 && one.toLowerCase() === header).length > 1))
      throw refused('a header of the certificate is given twice')
    if (headers[verifiedHeader] !== 'SUCCESS') throw refused('the front end did not verify it')
    const name = spelled(subject)
    const known = { subject: name, username: nameFrom(commonName(subject) ?? name) }
    const account = await provision(this.#issuerOf(headers), known, clock.now())
    if (account.disabledAt !== undefined) throw refused('the account is disabled')
    const { id, username, roles, groups } = account
    return { owner: id, username, roles, groups, means: 'certificate', mustChangePassword: false }
  }

  /** The issuer of the account: two authorities may give certificates for the same subject. */
  #issuerOf(headers: Credentials['headers']): string {
    const { authorities } = this.#options
    if (!authorities) return CERTIFICATE
    const written = headers[authorities.header]
    if (typeof written !== 'string' || written === '')
      throw new BrokerError(
        'UNAUTHENTICATED',
        `The front end does not say which authority issued the client certificate: it has to send one header ${authorities.header} with every certificate.`,
      )
    const found = authorities.issuers.get(spelled(written))
    if (found !== undefined) return found
    throw new BrokerError(
      'UNAUTHENTICATED',
      `Client certificates of ${JSON.stringify(written.slice(0, 1_000))} are not accepted here. An administrator lists the authorities that are in identity.certificates.issuers, each with its subject.`,
    )
  }

  #isFrontEnd(peer: string): boolean {
    const address = peer.replace(/^::ffff:(?=\d+\.)/, '')
    return this.#frontEnds.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}

function refused(reason: string): BrokerError {
  return new BrokerError('UNAUTHENTICATED', 'The client certificate is not accepted.', { context: { reason } })
}

/** The one spelling of a name in a header. Throws UNAUTHENTICATED for one that could be another name as well. */
function spelled(written: string): string {
  try {
    return canonical(written)
  } catch (error) {
    if (!isBrokerError(error, 'UNPROCESSABLE')) throw error
    throw new BrokerError('UNAUTHENTICATED', `The client certificate is not accepted. ${error.message}`)
  }
}
