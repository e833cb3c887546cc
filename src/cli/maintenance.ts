/** The commands by which operators say when there is less than usual. Each returns the exit code. */
import type { Schemas } from '../client/broker-client.ts'
import { showAll } from './admin.ts'
import type { CommandContext } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failures.ts'
import { table, localTime } from './figures.ts'

type Window = Schemas['Maintenance']
type Capacity = NonNullable<Window['capacity']>

/** When, how much is left, and why. */
export interface MaintenanceOptions extends Capacity {
  readonly from?: string
  readonly until: string
  readonly reason: string
  readonly force?: boolean
}

const RESOURCES = ['cores', 'memory', 'storage', 'accelerators'] as const
const UNITS = { cores: ' cores', memory: ' GiB of memory', storage: ' GiB of storage', accelerators: ' accelerators' }

/** Shows the windows that are not over. */
export async function maintenance(context: CommandContext): Promise<number> {
  showAll(await context.client.site.maintenance(), windowLines, context, 'Nothing is maintained, now or later.')
  return EXIT.ok
}

/** Takes capacity out of a pool, or of all pools of a platform, for a time. */
export async function maintain(
  reference: string,
  { from, until, reason, force, ...amounts }: MaintenanceOptions,
  { client, terminal, json }: CommandContext,
): Promise<number> {
  const place = placeOf(reference, await client.pools())
  const capacity: Partial<Record<(typeof RESOURCES)[number], number>> = {}
  for (const resource of RESOURCES) if (amounts[resource] !== undefined) capacity[resource] = amounts[resource]
  const window = await client.site.maintain({
    ...place,
    ...(from === undefined ? {} : { from }),
    until,
    reason,
    ...(Object.keys(capacity).length > 0 ? { capacity } : {}),
    ...(force ? { force } : {}),
  })
  if (json) {
    terminal.result(JSON.stringify(window))
    return EXIT.ok
  }
  terminal.say(`From ${localTime(window.from)} until ${localTime(window.until)} ${leftInWords(window)}.`)
  if (window.withdrawn) terminal.say(`${window.withdrawn} open offers were withdrawn.`)
  for (const { uuid, phase, from: fromAt, until: untilAt } of window.promises ?? [])
    terminal.say(`It keeps what was promised: ${uuid} ${phase}, ${localTime(fromAt)} to ${localTime(untilAt)}`)
  terminal.say(`'broker admin end-maintenance ${window.uuid}' ends it before.`)
  return EXIT.ok
}

/** Ends a window before its time. */
export async function endMaintenance(uuid: string, { client, terminal, json }: CommandContext): Promise<number> {
  await client.site.endMaintenance(uuid)
  if (json) terminal.result(JSON.stringify({ uuid, ended: true }))
  else terminal.say('It is ended; what it kept back is offered again.')
  return EXIT.ok
}

/** A window as one line. */
export function windowInWords(window: Window): string {
  return `${localTime(window.from)} to ${localTime(window.until)}: ${leftInWords(window)}. ${window.reason}`
}

/** What is left in a window: `at most 4 cores and 16 GiB of memory`. */
function leftInWords({ capacity = {} }: Window): string {
  const named = RESOURCES.filter((resource) => capacity[resource] !== undefined)
  if (named.length === 0 || named.every((resource) => capacity[resource] === 0 && named.length === RESOURCES.length))
    return 'nothing is left'
  return `at most ${named.map((resource) => `${capacity[resource]}${UNITS[resource]}`).join(' and ')}`
}

/** A platform, or one pool of it, by the name that somebody gave. */
function placeOf(reference: string, pools: readonly Schemas['Pool'][]): { platform: string; pool?: string } {
  const [platform = '', pool] = reference.split('/')
  if (pool !== undefined) return { platform, pool }
  if (pools.some((one) => one.platform === reference)) return { platform: reference }
  const named = pools.filter(({ name }) => name === reference)
  const [one] = named
  if (one && named.length === 1) return { platform: one.platform, pool: one.name }
  const known = pools.map((any) => `${any.platform}/${any.name}`).join(', ')
  const fault = one ? `There are several pools ${reference}` : `There is no platform or pool ${reference}`
  throw new CommandError(`${fault}; there are ${known}.`, EXIT.usage)
}

function windowLines(windows: readonly Window[]): string[] {
  const rows = windows.map((window) => [
    window.platform,
    window.pool ?? 'all',
    localTime(window.from),
    localTime(window.until),
    leftInWords(window),
    window.reason,
    window.uuid,
  ])
  return table(['platform', 'pool', 'from', 'until', 'left', 'reason', 'uuid'], rows)
}
