/** The processes of one broker, each at an address of its own to which it comes back whatever was done to it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './ports.ts'

export type MemberRole = 'offers' | 'executions' | 'worker' | 'all'

/** One place in the fleet, and the process that is in it now. */
export interface Member {
  readonly name: string
  readonly role: MemberRole
  readonly url: string
  start(): void
  /** Sends a signal; after one that ends it, returns when it has ended, with the exit code. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
  /** Stops it as it is, or lets it go on. */
  hold(): void
  letGo(): void
  readonly running: boolean
}

export interface FleetOptions {
  readonly directory: string
  readonly roles: readonly MemberRole[]
  /** What Node is told to run: what was built, or the sources. */
  readonly program: readonly string[]
  /** The environment of every process, beside its role and port. */
  readonly environment: Readonly<Record<string, string>>
}

/** Makes the places; nothing runs yet. */
export async function makeFleet({ directory, roles, program, environment }: FleetOptions): Promise<readonly Member[]> {
  return Promise.all(roles.map(async (role, index) => member(`${role}-${index}`, role, await freePort())))

  function member(name: string, role: MemberRole, port: number): Member {
    const log = createWriteStream(join(directory, `${name}.log`), { flags: 'a' })
    let current: { child: ChildProcess; ended: Promise<unknown[]> } | undefined
    const isRunning = () =>
      current !== undefined && current.child.exitCode === null && current.child.signalCode === null
    return {
      name,
      role,
      url: `http://127.0.0.1:${port}`,
      get running() {
        return isRunning()
      },
      start() {
        if (isRunning()) return
        const child = spawn(process.execPath, [...program, 'serve', '--role', role], {
          env: { PATH: process.env.PATH, BROKER_LISTEN_PORT: String(port), ...environment },
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        child.stderr.pipe(log, { end: false })
        current = { child, ended: once(child, 'exit') }
      },
      async end(signal) {
        if (!current) return null
        current.child.kill('SIGCONT')
        current.child.kill(signal)
        const [code] = (await current.ended) as [number | null]
        current = undefined
        return code
      },
      hold() {
        current?.child.kill('SIGSTOP')
      },
      letGo() {
        current?.child.kill('SIGCONT')
      },
    }
  }
}

/** Returns when a member answers; starts it again when it could not come up. */
export async function comesUp(member: Member, patienceMs: number): Promise<void> {
  const giveUpAt = Date.now() + patienceMs
  while (Date.now() < giveUpAt) {
    member.start()
    const alive = await fetch(`${member.url}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (alive) return
    await wait(200)
  }
  throw new Error(`${member.name} does not come up`)
}
