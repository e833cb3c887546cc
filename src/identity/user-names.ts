/**
 * The names by which users are known, to policies, quotas, lists and logs. Pure.
 *
 * Users come from several sources: the accounts of this broker, the issuers of tokens, the authorities of certificates. Each
 * source has its own names, so `ada` of one is not `ada` of another. The names of this broker's accounts, and of one other
 * source at most, are used as they are; everybody else is known as `name@source`. No two accounts are known by the same
 * name, in whichever case it is written: the database holds it, and these rules say which name is tried first.
 */
import { USERNAME } from '../domain/account.ts'

/** The source of this broker's own accounts, in a qualified name. */
export const LOCAL = 'local'
/** The source of certificates whose authority is not told apart. */
export const CERTIFICATE = 'certificate'

/** A source of users beside the accounts of this broker. */
export interface NameSource {
  /** The issuer that its accounts are kept under. */
  readonly issuer: string
  /** The part after the @ of a qualified name, in lower case. */
  readonly name: string
}

/** An account, with the name that nobody else of its source has. */
export interface NamedInSource {
  readonly id: string
  /** Empty for an account of this broker. */
  readonly issuer: string
  readonly nameInSource: string
}

export class UserNames {
  readonly #sources: readonly NameSource[]
  readonly #plainIssuer: string | undefined

  /** `plainIssuer` is the issuer whose names are used as they are, beside those of this broker's accounts. */
  constructor(sources: readonly NameSource[], plainIssuer: string | undefined) {
    this.#sources = sources
    this.#plainIssuer = plainIssuer
  }

  /** The names for an account, best first. It is known by the first that nobody else has, which the id always is. */
  namesOf({ id, issuer, nameInSource }: NamedInSource): readonly [string, ...string[]] {
    const qualified = `${nameInSource}@${this.#nameOf(issuer)}`
    const usesPlain = issuer === '' || issuer === this.#plainIssuer
    return usesPlain && !this.isQualified(nameInSource) ? [nameInSource, qualified, id] : [qualified, id]
  }

  /** True for a name that means a user of the source after its last @. */
  isQualified(name: string): boolean {
    const written = name.toLowerCase()
    return [LOCAL, CERTIFICATE, ...this.#sources.map((source) => source.name)].some((one) =>
      written.endsWith(`@${one}`),
    )
  }

  /**
   * The name for each of all accounts, by id. They come oldest first; accounts of this broker have their names before all
   * others, so nobody else takes the name of one.
   */
  assign(accounts: readonly NamedInSource[]): ReadonlyMap<string, string> {
    const taken = new Set<string>()
    const inOrder = [
      ...accounts.filter(({ issuer }) => issuer === ''),
      ...accounts.filter(({ issuer }) => issuer !== ''),
    ]
    return new Map(
      inOrder.map((account) => {
        const name = this.namesOf(account).find((one) => !taken.has(one.toLowerCase())) ?? account.id
        taken.add(name.toLowerCase())
        return [account.id, name]
      }),
    )
  }

  /** A source that is not configured any more is called by its issuer, which no configured name can look like. */
  #nameOf(issuer: string): string {
    if (issuer === '') return LOCAL
    return this.#sources.find((source) => source.issuer === issuer)?.name ?? encodeURI(issuer)
  }
}

/** The names for an account within its source, best first: the wanted one, one made of its subject, its id. */
export function namesInSource(wanted: string | undefined, subject: string, id: string): string[] {
  return [wanted, nameFrom(subject), id].filter((name) => name !== undefined)
}

/**
 * A text as a user name, with a hyphen for what no name has; undefined when nothing is left. Letters of other scripts are
 * never read as the Latin ones that they look like.
 */
export function nameFrom(text: string): string | undefined {
  const name = text
    .replaceAll(/[^A-Za-z0-9._@+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)
  return USERNAME.test(name) ? name : undefined
}
