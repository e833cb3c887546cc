/** Memory of the processes of a broker, as the kernel counts it. */
import { readFileSync } from 'node:fs'
import type { Member } from './fleet.ts'

/** So much may a process take at most, in MiB, whatever its clients, neighbours and surroundings do. */
export const MEMORY_MAX_MIB = 600

/** The most that each member has taken so far, in MiB. */
export class MemoryWatch {
  readonly #members: readonly Member[]
  readonly most = new Map<string, number>()

  constructor(members: readonly Member[]) {
    this.#members = members
  }

  look(): void {
    for (const { name, pid } of this.#members) {
      const mib = pid === undefined ? 0 : residentMib(pid)
      if (mib > (this.most.get(name) ?? 0)) this.most.set(name, mib)
    }
  }

  /** Processes that have taken too much, as sentences. */
  tooMuch(): string[] {
    return [...this.most].flatMap(([name, mib]) =>
      mib > MEMORY_MAX_MIB ? [`${name} took ${mib} MiB of memory, more than ${MEMORY_MAX_MIB}`] : [],
    )
  }
}

/** 0 for a process that has ended meanwhile, and where there is no such file. */
function residentMib(pid: number): number {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Math.round(Number(kib ?? 0) / 1024)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return 0
    throw error
  }
}
