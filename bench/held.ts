/**
 * Holds processes to a share of one core, as the kernel's control groups can (cgroups v1 and v2): so that it shows on a
 * machine with few cores what a second process adds. It takes the rights of root.
 */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Why it is left out where it cannot be done. */
export const NOT_HELD = 'processes cannot be held to a share of the processor here (it takes root and cgroups)'

const PERIOD_US = 100_000
/** Where groups are made, with the file that holds the limit and what is written to it. */
const HIERARCHIES = [
  { root: '/sys/fs/cgroup/cpu', file: 'cpu.cfs_quota_us', limit: (quota: number) => String(quota) },
  { root: '/sys/fs/cgroup', file: 'cpu.max', limit: (quota: number) => `${quota} ${PERIOD_US}` },
]

/** Lets a process have at most `share` of one core; gives what lets it go. Undefined where that is not possible. */
export function hold(pid: number, share: number): (() => void) | undefined {
  for (const { root, file, limit } of HIERARCHIES) {
    if (!existsSync(root)) continue
    const group = join(root, `broker-bench-${pid}`)
    try {
      mkdirSync(group)
    } catch {
      // Not root, or a container that may not make groups: the next kind may do, and else nobody is held.
      continue
    }
    try {
      writeFileSync(join(group, file), limit(share * PERIOD_US))
      writeFileSync(join(group, 'cgroup.procs'), String(pid))
      return () => {
        writeFileSync(join(root, 'cgroup.procs'), String(pid))
        rmdirSync(group)
      }
    } catch {
      // The group has no controller for the processor.
      rmdirSync(group)
    }
  }
  return undefined
}
