/**
 * The lanes of one engine: each is one kind of work on one platform, and has room for so many executions at the same
 * time. A lane that is full of slow work leaves the others as they are. Pure.
 */
import type { WorkKind } from '../domain/work-kind.ts'
import type { Lane } from '../store/work.ts'

/** How many executions of one lane are worked on at the same time: of those that bring images and data, and of others. */
export interface LaneLimits {
  readonly fetches: number
  readonly concurrency: number
}

export interface LaneRoom extends Lane {
  readonly room: number
}

/** How many more there is room for in a lane where nothing goes on. */
const roomOf = (kind: WorkKind, { fetches, concurrency }: LaneLimits): number =>
  kind === 'fetch' ? fetches : concurrency

/** The room that is left in the lanes where something goes on; every other lane has all of its room. */
export function roomLeft(busy: readonly Lane[], limits: LaneLimits): LaneRoom[] {
  const rooms = new Map<string, LaneRoom>()
  for (const { platform, kind } of busy) {
    const key = `${kind} ${platform}`
    const { room } = rooms.get(key) ?? { room: roomOf(kind, limits) }
    rooms.set(key, { platform, kind, room: Math.max(0, room - 1) })
  }
  return [...rooms.values()]
}
