/**
 * Client certificates, checked by a front end that ends TLS and passes the subject on in a header. The header is believed
 * from configured addresses only; from everybody else it is as if it were not there.
 */
import { BlockList, isIPv6 } from 'node:net'
import type { Account } from '../../domain/account.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { Caller, Credentials, IdentitySource } from '../identity.ts'

export interface CertificateIdentityOptions {
  readonly clock: Clock
  /** The header with the subject, such as `x-ssl-client-s-dn`, and the one that says `SUCCESS`. Lower case. */
  readonly subjectHeader: string
  readonly verifiedHeader: string
  /** The networks of the front ends, as CIDR. */
  readonly frontEnds: readonly string[]
  /** The account of a subject; it is made at the first visit. */
  readonly provision: (subject: string, username: string, now: Instant) => Promise<Account>
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

  async identify({ headers, peer }: Credentials): Promise<Caller | undefined> {
    const { subjectHeader, verifiedHeader, provision, clock } = this.#options
    if (!this.#isFrontEnd(peer)) return undefined
    const subject = headers[subjectHeader]
    if (subject === undefined || subject === '') return undefined
    if (Array.isArray(subject) || subject.length > 1_000) throw refused('the subject is given twice, or too long')
    if (headers[verifiedHeader] !== 'SUCCESS') throw refused('the front end did not verify it')
    const name = canonical(subject)
    const account = await provision(name, usernameOf(name), clock.now())
    if (account.disabledAt !== undefined) throw refused('the account is disabled')
    const { id, username, roles, groups } = account
    return { owner: id, username, roles, groups, means: 'certificate', mustChangePassword: false }
  }

  #isFrontEnd(peer: string): boolean {
    const address = peer.replace(/^::ffff:(?=\d+\.)/, '')
    return this.#frontEnds.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}

/**
 * One spelling for a distinguished name: `/C=CA/CN=ada` and `CN=ada,C=CA` (RFC 2253, most specific first) are the same. A
 * comma in the first form is part of a value, and must not become the end of one.
 */
function canonical(subject: string): string {
  if (!subject.startsWith('/')) {
    const parts = subject.split(/(?<!\\),/)
    return parts.map((part) => part.trim()).join(',')
  }
  return subject
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.replaceAll(/[\\,]/g, '\\$&'))
    .reverse()
    .join(',')
}

/** The common name, as far as it can be a user name. */
function usernameOf(name: string): string {
  const common = /(?:^|,)CN=([^,]+)/i.exec(name)?.[1] ?? name
  return (
    common
      .replaceAll(/[^A-Za-z0-9._@+-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 100) || 'certificate'
  )
}

function refused(reason: string): BrokerError {
  return new BrokerError('UNAUTHENTICATED', 'The client certificate is not accepted.', { context: { reason } })
}
