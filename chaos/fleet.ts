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
  /** Notes that the process has answered. */
  cameUp(): void
  /** Sends a signal; after one that ends it, returns when it has ended, with the exit code. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
  /** Stops it as it is, or lets it go on. */
  hold(): void
  letGo(): void
  readonly running: boolean
  /** The process that is in it now, for who looks at what it takes. */
  readonly pid: number | undefined
  /** Each process that has ended although nobody told it to. */
  readonly endedByThemselves: readonly OwnEnd[]
}

/** The end of a process that nobody asked for. */
export interface OwnEnd {
  readonly name: string
  /** Begin and end of the process, in milliseconds since 1970. */
  readonly fromAt: number
  readonly toAt: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** It had answered before. */
  readonly cameUp: boolean
  /** The last lines of its log. */
  readonly lastWords: string
}

/** So much of a log is told of a process that ended by itself, in characters. */
const LAST_WORDS_MAX = 3_000

export interface FleetOptions {
  readonly directory: string
  readonly roles: readonly MemberRole[]
  /** What Node is told to run: what was built, or the sources. */
  readonly program: readonly string[]
  /** The environment of every process, beside its role and port. */
  readonly environment: Readonly<Record<string, string>>
}

interface Current {
  readonly child: ChildProcess
  readonly ended: Promise<unknown[]>
  readonly fromAt: number
  cameUp: boolean
  lastWords: string
  toldToEnd?: boolean
}

/** Makes the places; nothing runs yet. */
export async function makeFleet({ directory, roles, program, environment }: FleetOptions): Promise<readonly Member[]> {
  return Promise.all(roles.map(async (role, index) => member(`${role}-${index}`, role, await freePort())))

  function member(name: string, role: MemberRole, port: number): Member {
    const log = createWriteStream(join(directory, `${name}.log`), { flags: 'a' })
    const endedByThemselves: OwnEnd[] = []
    let current: Current | undefined
    const isRunning = () =>
      current !== undefined && current.child.exitCode === null && current.child.signalCode === null
    return {
      name,
      role,
      url: `http://127.0.0.1:${port}`,
      endedByThemselves,
      get running() {
        return isRunning()
      },
      get pid() {
        return isRunning() ? current?.child.pid : undefined
      },
      start() {
        if (isRunning()) return
        const child = spawn(process.execPath, [...program, 'serve', '--role', role], {
          env: { PATH: process.env.PATH, BROKER_LISTEN_PORT: String(port), ...environment },
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        child.stderr.pipe(log, { end: false })
        const started: Current = { child, ended: once(child, 'exit'), fromAt: Date.now(), cameUp: false, lastWords: '' }
        child.stderr.on('data', (text: Buffer) => {
          started.lastWords = `${started.lastWords}${text.toString()}`.slice(-LAST_WORDS_MAX)
        })
        // Only then all that it wrote has come.
        child.once('close', (code, signal) => {
          if (started.toldToEnd) return
          const { fromAt, cameUp, lastWords } = started
          endedByThemselves.push({ name, fromAt, toAt: Date.now(), code, signal, cameUp, lastWords })
        })
        current = started
      },
      cameUp() {
        if (current) current.cameUp = true
      },
      async end(signal) {
        if (!current) return null
        current.toldToEnd = isRunning()
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
    if (alive) return member.cameUp()
    await wait(200)
  }
  throw new Error(
    `${member.name} does not come up: ${member.endedByThemselves.at(-1)?.lastWords ?? 'it does not answer'}`,
  )
}
