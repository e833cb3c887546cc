/**
 * The lanes of one engine: each is one kind of work on one platform, and has room for so many executions at the same
 * time. A lane that is full of slow work leaves the others as they are, and no owner has all of one. Pure.
 */
import { WORK_KINDS, type WorkKind } from '../domain/work-kind.ts'
import type { Lane, OwnersLane } from '../store/work.ts'

/** How many executions of one lane are worked on at the same time: of those that bring images and data, and of others. */
export interface LaneLimits {
  readonly fetches: number
  readonly concurrency: number
  /** True when the last places of a lane are for owners for whom nothing is done there yet. */
  readonly isShared: boolean
}

export interface LaneRoom extends Lane {
  readonly room: number
}

/** How many more there is room for in a lane where nothing goes on. */
const roomOf = (kind: WorkKind, { fetches, concurrency }: LaneLimits): number =>
  kind === 'fetch' ? fetches : concurrency

/** The share of the places of a lane that are kept for owners who have none of them, rounded up. */
const SPARE_SHARE = 0.1

/** The number of places of a lane that are for owners who have none of them. */
export function spareOf(kind: WorkKind, limits: LaneLimits): number {
  return limits.isShared ? Math.ceil(roomOf(kind, limits) * SPARE_SHARE) : 0
}

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

/** The lanes that are closed to owners, because something is done for them there and the places that are left are for others. */
export function closedTo(busy: readonly OwnersLane[], limits: LaneLimits): OwnersLane[] {
  const scarce = roomLeft(busy, limits).filter(({ kind, room }) => room <= spareOf(kind, limits))
  return busy.filter((lane) => scarce.some(({ platform, kind }) => platform === lane.platform && kind === lane.kind))
}

/** The lanes of platforms on which nothing is to be done here. */
export function noRoomOn(platforms: ReadonlySet<string>): LaneRoom[] {
  return [...platforms].flatMap((platform) => WORK_KINDS.map((kind) => ({ platform, kind, room: 0 })))
}
