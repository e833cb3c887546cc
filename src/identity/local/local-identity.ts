/** Accounts of this broker: HTTP Basic (RFC 7617) with a user name and a password. */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { USERNAME, type Account } from '../../domain/account.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'
import { addressKey, siteKey } from '../address-key.ts'
import { authorization, type Caller, type Credentials, type IdentitySource } from '../identity.ts'
import { isPasswordOf } from '../password.ts'
import { CheckQueue } from './check-queue.ts'
import { Throttle } from './throttle.ts'

/** An account with what its password is checked against. */
export interface AccountWithPassword extends Account {
  /** Undefined for an account without a password, such as one of an issuer. */
  readonly passwordHash?: string
}

export interface LocalIdentityOptions {
  readonly clock: Clock
  /** What the broker calls itself to people who are asked for a password. */
  readonly realm: string
  /** The account of this broker with that user name. */
  readonly find: (username: string) => Promise<AccountWithPassword | undefined>
  /** The networks from which owners of accounts came with the right password, in whichever process. */
  readonly networks: {
    has(username: string, network: string, now: Instant): Promise<boolean>
    note(accountId: string, network: string, now: Instant): Promise<void>
  }
}

/** How long a password that was right is not checked again while the account has not changed, in milliseconds. */
const REMEMBER_MS = 60_000
const REMEMBERED_MAX = 10_000

/** The keys that a guess is counted by. */
interface GuessedFrom {
  readonly name: string
  readonly network: string
  /** Undefined for a known network, which neighbours at its site do not make wait. */
  readonly site: string | undefined
}

export class LocalIdentity implements IdentitySource {
  readonly challenges: readonly string[]
  readonly #options: LocalIdentityOptions
  /** Of strangers all together, and of each network from which the owner of the name has come. */
  readonly #perName: Throttle
  readonly #perNetwork: Throttle
  /** Of strangers by their site, which may be thousands of people: its waits are short. */
  readonly #perSite: Throttle
  readonly #checks = new CheckQueue()
  /** The checks that wait or are done now, by the digest of what is checked. */
  readonly #checking = new Map<string, Promise<void>>()
  /** Never the password itself: a digest with a key that only this process has. */
  readonly #rememberKey = randomBytes(32)
  readonly #remembered = new Map<string, Instant>()

  constructor(options: LocalIdentityOptions) {
    this.#options = options
    this.challenges = [`Basic realm="${options.realm}", charset="UTF-8"`]
    this.#perName = new Throttle(options.clock, { free: 5, firstWaitMs: 1_000, longestWaitMs: 300_000 })
    this.#perNetwork = new Throttle(options.clock, { free: 20, firstWaitMs: 1_000, longestWaitMs: 300_000 })
    this.#perSite = new Throttle(options.clock, { free: 100, firstWaitMs: 1_000, longestWaitMs: 60_000 })
  }

  async identify(credentials: Credentials): Promise<Caller | undefined> {
    const encoded = authorization(credentials, 'Basic')
    if (encoded === undefined) return undefined
    const { username, password } = decode(encoded)
    const network = addressKey(credentials.address)
    // What cannot be a name is not asked for; a database does not take every text.
    const account = USERNAME.test(username) ? await this.#options.find(username) : undefined
    const known = this.#digest(username, password, network, account?.passwordHash)
    if (this.#isRemembered(known)) {
      // A guess that would be right has to wait as the wrong ones around it do, or it would be told by that.
      const waitMs = this.#perName.waitMs(nameKey(username, network))
      if (waitMs > 0) throw tooMany(waitMs)
    } else await this.#checkOnce(known, () => this.#check(username, password, account, credentials.address))
    if (!account || account.disabledAt !== undefined) throw refused('the account is disabled', username)
    this.#remember(known)
    return {
      owner: account.id,
      username: account.username,
      roles: account.roles,
      groups: account.groups,
      means: 'password',
      passwordHash: account.passwordHash,
      mustChangePassword: account.mustChangePassword,
    }
  }

  /** Lets requests with the same credentials at the same moment, such as of a program, share one check and its place. */
  #checkOnce(digest: string, check: () => Promise<void>): Promise<void> {
    const running = this.#checking.get(digest)
    if (running) return running
    const checking = check().finally(() => this.#checking.delete(digest))
    this.#checking.set(digest, checking)
    return checking
  }

  /** Throws unless the password is right. An unknown name takes as long as a known one. */
  async #check(
    username: string,
    password: string,
    account: AccountWithPassword | undefined,
    address: string,
  ): Promise<void> {
    const { networks, clock } = this.#options
    const [network, site] = [addressKey(address), siteKey(address)]
    const isKnown = USERNAME.test(username) && (await networks.has(username, network, clock.now()))
    const place = { name: nameKey(username, isKnown ? network : undefined), network, site: isKnown ? undefined : site }
    this.#requirePatience(place)
    const right = await this.#checks.run({ isKnown, site }, async () => {
      // What has failed meanwhile counts: many guesses at the same moment are many guesses.
      this.#requirePatience(place)
      const matches = await isPasswordOf(password, account?.passwordHash)
      // Of a disabled account no password is right, or the waits would tell which one was.
      return this.#count(place, matches && account?.disabledAt === undefined)
    })
    if (!right || !account) throw refused('the user name or the password is wrong', username)
    await networks.note(account.id, network, clock.now())
  }

  /** Throws when a name, a network or a site has to wait before its next guess. */
  #requirePatience({ name, network, site }: GuessedFrom): void {
    const ofSite = site === undefined ? 0 : this.#perSite.waitMs(site)
    const waitMs = Math.max(this.#perName.waitMs(name), this.#perNetwork.waitMs(network), ofSite)
    if (waitMs > 0) throw tooMany(waitMs)
  }

  #count({ name, network, site }: GuessedFrom, right: boolean): boolean {
    if (right) this.#perName.succeeded(name)
    else {
      this.#perName.failed(name)
      // Not forgotten after a success: who guesses others' passwords may have one of his own.
      this.#perNetwork.failed(network)
      if (site !== undefined) this.#perSite.failed(site)
    }
    return right
  }

  /** With the hash in it, so that a changed password is checked anew at once, and the network, so that it becomes known. */
  #digest(username: string, password: string, network: string, hash: string | undefined): string {
    return createHmac('sha256', this.#rememberKey)
      .update(JSON.stringify([username, password, network, hash]))
      .digest('base64')
  }

  #isRemembered(digest: string): boolean {
    return (this.#remembered.get(digest) ?? Number.NEGATIVE_INFINITY) > this.#options.clock.now()
  }

  #remember(digest: string): void {
    if (this.#isRemembered(digest)) return
    this.#remembered.delete(digest)
    this.#remembered.set(digest, this.#options.clock.now() + REMEMBER_MS)
    const oldest = this.#remembered.size > REMEMBERED_MAX ? this.#remembered.keys().next().value : undefined
    if (oldest !== undefined) this.#remembered.delete(oldest)
  }
}

/** Short, whatever was sent as a name: many are kept. */
function nameKey(username: string, network: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([username.toLowerCase(), network]))
    .digest('base64')
}

function decode(encoded: string): { username: string; password: string } {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw refused('the header is not of the form of RFC 7617')
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function refused(reason: string, username?: string): BrokerError {
  return new BrokerError('UNAUTHENTICATED', 'The user name or the password is wrong.', {
    context: { reason, ...(username === undefined ? {} : { username }) },
  })
}

function tooMany(waitMs: number): BrokerError {
  const seconds = Math.ceil(waitMs / 1_000)
  return new BrokerError(
    'TOO_MANY_REQUESTS',
    `There were too many wrong passwords for this name or from this network; try again in ${seconds} s.`,
    {
      retryAfterSeconds: seconds,
    },
  )
}
