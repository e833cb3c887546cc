/** A spool for tests: without limits, where none are given. */
import type { SpoolLimits } from '../../src/data/spool-room.ts'
import { Spool } from '../../src/data/spool.ts'

export function spoolIn(directory: string, limits: Partial<SpoolLimits> = {}, freeBytes = Infinity): Spool {
  const wide = { bytes: Infinity, bytesPerUser: Infinity, keepFree: 0 }
  return new Spool(directory, { ...wide, ...limits }, () => Promise.resolve(freeBytes))
}
