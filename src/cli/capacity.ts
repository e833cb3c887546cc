/** Draws how much of the pools is booked over the next hours: one line of bars for each resource. */
import type { Schemas } from '../client/broker-client.ts'
import type { CommandContext } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failures.ts'
import { localTime } from './figures.ts'
import { windowInWords } from './maintenance.ts'

type PoolTimeline = Schemas['PoolTimeline']
type Level = PoolTimeline['resources'][number]['steps'][number]

const BARS = [...'▁▂▃▄▅▆▇█']
const NOTHING = '·'
const TOO_MUCH = '!'
const LABEL_WIDTH = 15
/** What stands behind the bars: `10000 of 10000 at most`. */
const NOTE_WIDTH = 28
const UNITS: Readonly<Record<string, string>> = { memory: ' GiB', storage: ' GiB' }

/** Shows the pools, or one of them. `columns` is how wide the terminal is. */
export async function capacity(
  options: { hours: number; pool?: string; columns: number },
  { client, terminal, json }: CommandContext,
): Promise<number> {
  const { hours, pool: wanted, columns } = options
  const steps = Math.min(200, Math.max(12, columns - LABEL_WIDTH - NOTE_WIDTH))
  const all = await client.pools()
  const pools = all.filter(
    ({ name, platform }) => wanted === undefined || [name, `${platform}/${name}`].includes(wanted),
  )
  if (pools.length === 0) {
    const known = all.map(({ name, platform }) => `${platform}/${name}`).join(', ')
    throw new CommandError(
      wanted === undefined
        ? 'The broker has no pools yet; no platform has answered it.'
        : `There is no pool ${wanted}; there are ${known}.`,
      wanted === undefined ? EXIT.failed : EXIT.usage,
    )
  }
  for (const { name, platform } of pools) {
    const timeline = await client.poolTimeline(platform, name, { hours, steps })
    if (json) terminal.result(JSON.stringify(timeline))
    else for (const line of timelineLines(timeline, steps)) terminal.result(line)
  }
  return EXIT.ok
}

/** The lines of one pool, with as many bars as there are steps. */
export function timelineLines(timeline: PoolTimeline, steps: number): string[] {
  const { name, platform, from, until, resources, drained, drainReason, maintenance = [] } = timeline
  const [fromAt, toAt] = [Date.parse(from), Date.parse(until)]
  const beginOf = (step: number) => fromAt + Math.floor(((toAt - fromAt) * step) / steps)
  return [
    `${platform}/${name}, ${Math.round((toAt - fromAt) / 3_600_000)} h from ${from.slice(0, 16).replace('T', ' ')}Z`,
    ...resources.filter(isThere).map(({ resource, steps: levels }) => {
      const bars = Array.from({ length: steps }, (_, step) => barOf(levels, beginOf(step), beginOf(step + 1)))
      return `  ${resource.padEnd(LABEL_WIDTH - 3)} ${bars.join('')} ${mostInWords(levels, UNITS[resource] ?? '')}`
    }),
    `  ${' '.repeat(LABEL_WIDTH - 3)} ${axis(fromAt, toAt, steps)}`,
    ...(drained === undefined
      ? []
      : [`  drained since ${localTime(drained)}, nothing new is offered: ${drainReason ?? 'no reason was given'}`]),
    ...maintenance.map((window) => `  maintenance ${windowInWords(window)}`),
  ]
}

/** Most pools have no accelerators, and a line of nothing tells nothing. */
const isThere = ({ steps }: PoolTimeline['resources'][number]) =>
  steps.some(({ booked, capacity: has }) => booked > 0 || has > 0)

/** The bar of the fullest level that holds between two instants. */
function barOf(levels: readonly Level[], beginAt: number, endAt: number): string {
  const before = levels.findLast(({ since }) => Date.parse(since) <= beginAt)
  const during = levels.filter(({ since }) => Date.parse(since) > beginAt && Date.parse(since) < endAt)
  const shares = [...(before ? [before] : []), ...during].map(shareOf)
  const most = Math.max(0, ...shares)
  if (most === 0) return NOTHING
  return most > 1 ? TOO_MUCH : (BARS[Math.max(0, Math.ceil(most * BARS.length) - 1)] ?? TOO_MUCH)
}

function shareOf({ booked, capacity: has }: Level): number {
  if (booked <= 0) return 0
  return has > 0 ? booked / has : Number.POSITIVE_INFINITY
}

function mostInWords(levels: readonly Level[], unit: string): string {
  const fullest = [...levels].sort((a, b) => shareOf(b) - shareOf(a))[0]
  return fullest ? `${fullest.booked} of ${fullest.capacity}${unit} at most` : ''
}

/** The times under the bars (UTC): as many as have room, each under the bar that it belongs to. */
function axis(fromAt: number, toAt: number, steps: number): string {
  const length = 'HH:MMZ'.length
  const marks = Math.max(1, Math.floor(steps / 18))
  let line = ''
  for (let mark = 0; mark < marks; mark++) {
    const place = Math.round((mark * steps) / marks)
    const at = new Date(fromAt + ((toAt - fromAt) * place) / steps)
    if (place + length <= steps) line = line.padEnd(place) + `${at.toISOString().slice(11, 16)}Z`
  }
  return line
}
