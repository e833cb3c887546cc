/** The times of a storm: calm and hostile ones in turns, so that what the machine does meanwhile is in both alike. */

/** A span of a storm: whether neighbours are hostile in it, and the instants between which it is, in milliseconds. */
export interface Window {
  readonly hostile: boolean
  readonly fromAt: number
  readonly toAt: number
}

/** The longest window. Of neighbours that were hostile before, a calm one of this length soon knows nothing any more. */
const WINDOW_MS = 30_000

/** Calm and hostile windows of the same length in turns, as many of each: a calm one comes first. */
export function windowsOf(fromAt: number, untilAt: number): Window[] {
  const pairs = Math.max(1, Math.round((untilAt - fromAt) / (2 * WINDOW_MS)))
  const length = (untilAt - fromAt) / (2 * pairs)
  return Array.from({ length: 2 * pairs }, (_, index) => ({
    hostile: index % 2 === 1,
    fromAt: fromAt + index * length,
    toAt: fromAt + (index + 1) * length,
  }))
}

/** In what of a calm window work is still slowed down by the window before, as a part of its length. */
const SETTLING = 1 / 3

/** The kind of window that an instant is in, hostile or calm; undefined where it is in neither. */
export function windowAt(windows: readonly Window[], at: number): 'calm' | 'hostile' | undefined {
  const window = windows.find(({ fromAt, toAt }) => at >= fromAt && at < toAt)
  if (!window) return undefined
  if (window.hostile) return 'hostile'
  return at < window.fromAt + (window.toAt - window.fromAt) * SETTLING ? undefined : 'calm'
}
