/** The storm: what is done to the parts of a broker, one thing after another, by chance. */
import { setTimeout as wait } from 'node:timers/promises'
import type { PrivateDocker } from '../test/support/private-docker.ts'
import type { Chance } from '../test/model/chance.ts'
import { comesUp, type Member } from './fleet.ts'
import type { PrivatePostgres } from './postgres.ts'

export interface StormSurroundings {
  readonly members: readonly Member[]
  readonly postgres: PrivatePostgres
  readonly docker: PrivateDocker | undefined
  readonly chance: Chance
  readonly leaseMs: number
}

/** A machine may be busy, and a database away when a process begins. */
const COMES_UP_WITHIN_MS = 240_000
/** So many processes are away or held at the same time, at most. */
const HURT_MAX = 4

export interface Span {
  readonly fromAt: number
  readonly toAt: number
}

export class Storm {
  readonly #around: StormSurroundings
  /** What goes on beside the next thing. */
  readonly #under = new Set<Promise<void>>()
  readonly #hurt = new Set<Member>()
  readonly #failed: unknown[] = []
  /** When the engine was away, in milliseconds since 1970. */
  readonly engineAway: Span[] = []
  /** Times in which the database was away, or connections to it were cut. */
  readonly databaseAway: Span[] = []
  /** How often what was done. */
  readonly done = new Map<string, number>()

  constructor(surroundings: StormSurroundings) {
    this.#around = surroundings
  }

  /** Blows until an instant, and returns when everything is up again. */
  async blow(untilAt: number): Promise<void> {
    const { chance, members, docker } = this.#around
    while (Date.now() < untilAt && this.#failed.length === 0) {
      await wait(chance.integer(1_000, 4_000))
      const dice = chance.integer(1, 100)
      if (dice <= 30) this.#beside('kill -9', () => this.#end('SIGKILL'))
      else if (dice <= 42) this.#beside('SIGTERM', () => this.#end('SIGTERM'))
      else if (dice <= 62) this.#beside('SIGSTOP', () => this.#hold())
      else if (dice <= 80) await this.#now('connections cut', async () => this.#cut())
      else if (dice <= 90) await this.#now('PostgreSQL restarted', () => this.#restartDatabase())
      else if (docker) await this.#now('dockerd restarted', () => this.#restartDocker(docker))
    }
    await Promise.all(this.#under)
    if (this.#failed.length > 0) throw this.#failed[0]
    for (const member of members) {
      member.letGo()
      await comesUp(member, COMES_UP_WITHIN_MS)
    }
  }

  async #now(name: string, act: () => Promise<void>): Promise<void> {
    this.done.set(name, (this.done.get(name) ?? 0) + 1)
    await act()
  }

  #beside(name: string, act: () => Promise<void>): void {
    if (this.#hurt.size >= HURT_MAX) return
    const going: Promise<void> = this.#now(name, act)
      .catch((error: unknown) => void this.#failed.push(error))
      .finally(() => this.#under.delete(going))
    this.#under.add(going)
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#to(async (member) => {
      await member.end(signal)
      await wait(this.#around.chance.integer(0, 3_000))
      await comesUp(member, COMES_UP_WITHIN_MS)
    })
  }

  /** Stands still for longer than a lease, and then goes on as if nothing had happened. */
  async #hold(): Promise<void> {
    const { chance, leaseMs } = this.#around
    await this.#to(async (member) => {
      member.hold()
      await wait(chance.integer(leaseMs * 1.2, leaseMs * 2))
      member.letGo()
    })
  }

  /** To one that nothing is being done to. */
  async #to(act: (member: Member) => Promise<void>): Promise<void> {
    const { chance, members } = this.#around
    const member = chance.one(members.filter((one) => !this.#hurt.has(one) && one.running))
    if (!member) return
    this.#hurt.add(member)
    try {
      await act(member)
    } finally {
      this.#hurt.delete(member)
    }
  }

  #cut(): void {
    const { postgres, chance } = this.#around
    postgres.cut(() => chance.next(), chance.integer(20, 100))
    this.databaseAway.push({ fromAt: Date.now(), toAt: Date.now() })
  }

  async #restartDatabase(): Promise<void> {
    const { postgres, chance } = this.#around
    const fromAt = Date.now()
    await postgres.restart(chance.percent(50) ? 'fast' : 'immediate')
    this.databaseAway.push({ fromAt, toAt: Date.now() })
  }

  async #restartDocker(docker: PrivateDocker): Promise<void> {
    const fromAt = Date.now()
    await docker.stop()
    await wait(this.#around.chance.integer(0, 2_000))
    await docker.start()
    this.engineAway.push({ fromAt, toAt: Date.now() })
  }
}
