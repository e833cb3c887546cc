/**
 * The room of the spool: how many bytes of its files each owner may have on the disk of the broker, and all owners together.
 *
 * A file grows block by block, and nobody knows how large it becomes, so several could wait for each other half-way. A block
 * is given only if afterwards every file can still become as large as it may, one after the other (the algorithm of the
 * banker, E. W. Dijkstra, EWD 108): what waits goes on when others have ended.
 */
import { BrokerError } from '../domain/errors.ts'

export interface SpoolLimits {
  /** Bytes of one owner at most; more than `bytes` means the same as `bytes`. */
  readonly bytesPerUser: number
  /** Bytes of all owners together at most. */
  readonly bytes: number
  /** Free bytes of the disk that are left to others. */
  readonly keepFree: number
}

/** The place of one file. */
export interface Claim {
  readonly owner: string
  /** Bytes that it becomes at most. */
  readonly most: number
  /** Bytes that it was given. */
  held: number
}

interface Waiting {
  readonly claim: Claim
  readonly held: number
  readonly go: () => void
}

/** Room that a file gets at once, in bytes. */
export const BLOCK_BYTES = 4 * 1024 * 1024
/** An owner takes at most so much of the free disk, and leaves the rest to others. */
const SHARE_OF_DISK = 3 / 4

export class SpoolRoom {
  readonly #limits: SpoolLimits
  readonly #freeBytes: () => Promise<number>
  readonly #claims = new Set<Claim>()
  readonly #waiting = new Set<Waiting>()

  /** `freeBytes` asks the disk. */
  constructor(limits: SpoolLimits, freeBytes: () => Promise<number>) {
    this.#limits = { ...limits, bytesPerUser: Math.min(limits.bytes, limits.bytesPerUser) }
    this.#freeBytes = freeBytes
  }

  /** A place for a file of this owner. To be given up with `leave`. */
  enter(owner: string, bytesMax: number): Claim {
    const claim = { owner, most: Math.min(bytesMax, this.#limits.bytesPerUser), held: 0 }
    this.#claims.add(claim)
    return claim
  }

  /** Gives up the place with all its room. May be repeated. */
  leave(claim: Claim): void {
    this.#claims.delete(claim)
    this.#serve()
  }

  /**
   * Makes room for so many bytes in all, waiting for others where it has to. Throws NO_SPACE for more than one file can ever
   * have, SPOOL_FULL when the disk has no more to give now, and the reason of the signal.
   */
  async grow(claim: Claim, bytes: number, signal: AbortSignal): Promise<void> {
    if (bytes > claim.most) throw this.#tooLarge()
    while (claim.held < bytes) {
      await this.#refuseFullDisk(claim)
      await this.#turn(claim, Math.min(claim.held + BLOCK_BYTES, claim.most), signal)
    }
  }

  /** Returns when it has got the block. */
  async #turn(claim: Claim, held: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    let leave = () => {}
    const called = new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { claim, held, go: resolve }
      this.#waiting.add(waiting)
      leave = () => {
        if (this.#waiting.delete(waiting)) reject(signal.reason as Error)
      }
    })
    signal.addEventListener('abort', leave, { once: true })
    this.#serve()
    await called.finally(() => signal.removeEventListener('abort', leave))
  }

  #serve(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      next.claim.held = next.held
      this.#waiting.delete(next)
      next.go()
    }
  }

  /** Of those who wait and may go on, one whose owner has least. */
  #next(): Waiting | undefined {
    const leastFirst = [...this.#waiting].sort((a, b) => this.#heldBy(a.claim.owner) - this.#heldBy(b.claim.owner))
    return leastFirst.find(({ claim, held }) => {
      const others = [...this.#claims].filter((other) => other !== claim)
      return allCanEnd([...others, { ...claim, held }], this.#limits)
    })
  }

  #heldBy(owner: string): number {
    return heldBy([...this.#claims], owner)
  }

  async #refuseFullDisk({ owner }: Claim): Promise<void> {
    const left = (await this.#freeBytes()) - this.#limits.keepFree - BLOCK_BYTES
    const held = this.#heldBy(owner)
    if (left < 0)
      throw diskFull(`the disk of the broker keeps ${this.#limits.keepFree} bytes free (data.spool.keepFree)`)
    if (held > 0 && held + BLOCK_BYTES > SHARE_OF_DISK * (left + held + BLOCK_BYTES))
      throw diskFull(
        `your data of unknown size have ${held} bytes on the disk of the broker, which leaves the rest to others`,
      )
  }

  #tooLarge(): BrokerError {
    const { bytesPerUser } = this.#limits
    const limit = `the data have more than the ${bytesPerUser} bytes that one user's data of unknown size may have on the disk of the broker (data.spool)`
    return new BrokerError('NO_SPACE', `${limit}; ${ANNOUNCED}`)
  }
}

const ANNOUNCED = 'take them from a server that announces their size (Content-Length), for which there is no such limit'

/** The failure of a file for which the disk has no more bytes now. */
export function diskFull(why: string, cause?: unknown): BrokerError {
  return new BrokerError('SPOOL_FULL', `${why}; try again later, or ${ANNOUNCED}`, { cause })
}

/** True when there is an order in which each file can become as large as it may and then leave. */
export function allCanEnd(claims: readonly Claim[], { bytes, bytesPerUser }: SpoolLimits): boolean {
  let left = claims
  let free = bytes - sumOf(claims)
  if (free < 0) return false
  while (left.length > 0) {
    const canEnd = ({ owner, most, held }: Claim) => most - held <= Math.min(free, bytesPerUser - heldBy(left, owner))
    const next = left.find(canEnd)
    if (!next) return false
    free += next.held
    left = left.filter((other) => other !== next)
  }
  return true
}

function heldBy(claims: readonly Claim[], owner: string): number {
  return sumOf(claims.filter((claim) => claim.owner === owner))
}

function sumOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { held }) => sum + held, 0)
}
