/** Executions, offers and messages as lines for a person. */
import { adviceOf } from '../client/advice.ts'
import type { Execution, OfferSet, Schemas } from '../client/broker-client.ts'
import { durationInWords, localTime, secondsIn, table } from './figures.ts'

/** The offers of a set as a table. The UUIDs are what `broker accept` takes. */
export function offerLines(offerSet: OfferSet, now: Date): string[] {
  const { offers = [] } = offerSet
  const isPriced = offers.some((offer) => priceInWords(offer) !== '')
  const rows = offers.map((offer, index) => {
    const storage = (offer.storage ?? []).reduce((sum, { size }) => sum + (size?.min ?? 0), 0)
    return [
      String(index + 1),
      startInWords(offer, now),
      durationInWords(offer.schedule?.available?.duration ?? ''),
      String(offer.compute?.cores?.min ?? ''),
      `${offer.compute?.memory?.min ?? ''} GiB`,
      storage === 0 ? '' : `${storage} GiB`,
      ...(isPriced ? [priceInWords(offer)] : []),
      placeOf(offer),
      localTime(offer.expires ?? ''),
      offer.meta.uuid ?? '',
    ]
  })
  const cost = isPriced ? ['cost'] : []
  return table(
    ['offer', 'start', 'duration', 'cores', 'memory', 'storage', ...cost, 'platform', 'accept until', 'uuid'],
    rows,
  )
}

/** What an offer costs in money, where the broker says so. */
function priceInWords({ costs = [] }: Execution): string {
  const monetary = costs.find(({ type }) => type?.endsWith(':monetary'))
  if (!monetary || !('max' in monetary)) return ''
  const { min, max, units = '' } = monetary
  return `${min === max || min === undefined ? max : `${min} to ${max}`} ${units}`.trim()
}

/** Every message of an answer once, with its level when it is more than information. */
export function messageLines(messages: readonly Schemas['MessageItem'][]): string[] {
  return [...new Set(messages.flatMap((one) => [messageLine(one), ...whatToDo(one)]))]
}

/** Advice on a refusal, as docs/messages.md has it; a line that several of a kind share. */
function whatToDo({ kind, level }: Schemas['MessageItem']): string[] {
  const advice = level === 'ERROR' ? adviceOf(kind) : undefined
  return advice === undefined ? [] : [`  What to do: ${advice}`]
}

/** What a message says, with its level when it is more than information. */
export function messageLine({ level, message }: Pick<Schemas['MessageItem'], 'level' | 'message'>): string {
  return level === 'INFO' || level === 'DEBUG' ? message : `${level}: ${message}`
}

/** The messages of an execution and all its components. */
export function allMessages(execution: Execution): Schemas['MessageItem'][] {
  const { executable, compute, storage = [], data = [] } = execution
  const parts = [execution, executable, compute, ...storage, ...data]
  return parts.flatMap((part) => part?.meta?.messages ?? [])
}

/** What became of an execution, in one line. */
export function outcomeLine(execution: Execution): string {
  const exitCode = execution.executable?.exitCode
  return `${execution.phase}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`
}

/** A longer name is cut in a table; `broker status` shows it whole. */
const NAME_WIDTH = 40

const short = (name: string) => {
  const letters = [...name]
  return letters.length > NAME_WIDTH ? `${letters.slice(0, NAME_WIDTH - 1).join('')}…` : name
}

/** Executions as a table; with their users, where the broker says them. */
export function executionLines(executions: readonly Execution[]): string[] {
  const withUsers = executions.some(({ user }) => user !== undefined)
  const rows = executions.map((execution) => [
    execution.meta.uuid ?? '',
    ...(withUsers ? [execution.user ?? ''] : []),
    short(execution.meta.name ?? ''),
    outcomeLine(execution),
    localTime(promisedStart(execution)),
    placeOf(execution),
  ])
  return table(['uuid', ...(withUsers ? ['user'] : []), 'name', 'phase', 'start', 'platform'], rows)
}

/** One execution with its components, its history and what was said. */
export function statusLines(execution: Execution, isWatched: boolean): string[] {
  const { executable, compute, storage = [], data = [] } = execution
  const components: [string, { meta?: Schemas['ComponentMetadata']; phase?: string } | undefined][] = [
    ['executable', executable],
    ['compute', compute],
    ...storage.map((one): [string, typeof one] => ['storage', one]),
    ...data.map((one): [string, typeof one] => ['data', one]),
  ]
  const amounts = Object.entries(promiseOf(execution)).map(([name, value]) => [`  ${name}`, value])
  const history = (execution.history ?? []).map(({ since, phase, event }) => [`  ${localTime(since)}`, phase, event])
  return [
    `${execution.meta.uuid ?? ''}  ${execution.meta.name ?? ''}`.trimEnd(),
    `${outcomeLine(execution)} on ${placeOf(execution)}`,
    ...table(['', ''], amounts).slice(1),
    ...connectorLines(execution, isWatched).map((line) => `  ${line}`),
    ...table(
      ['component', 'phase', 'name'],
      components.map(([family, part]) => [`  ${family}`, part?.phase ?? '', part?.meta?.name ?? '']),
    ).slice(1),
    ...table(['since', 'phase', 'event'], history).slice(1),
    ...messageLines(allMessages(execution)).map((line) => `  ${line}`),
  ]
}

/**
 * The ports of a program that can be connected to now. A token in an address opens it to whoever reads it, so it is shown
 * only where nobody else will.
 */
export function connectorLines({ connectors = [], meta }: Execution, isWatched: boolean): string[] {
  return connectors.flatMap(({ kind, protocol, location }) => {
    if (location === undefined) return []
    const shown = isWatched ? location : withoutToken(location)
    const more = shown === location ? '' : ` ('broker status ${meta.uuid}' in a terminal shows it with its token)`
    return [`${kind ?? protocol}: ${shown}${more}`]
  })
}

function withoutToken(location: string): string {
  const url = new URL(location)
  if (!url.searchParams.has('token')) return location
  url.searchParams.delete('token')
  return url.href
}

/** True for an execution that is over and whose program never ran, so that its times are those of a promise. */
function neverStarted({ phase, history = [] }: Execution): boolean {
  if (phase !== 'FAILED' && phase !== 'CANCELLED') return false
  return !history.some((one) => one.phase === 'AVAILABLE')
}

/** Times and amounts of an execution, by the names under which they are shown; unknown ones are left out. */
function promiseOf(execution: Execution): Record<string, string> {
  const { schedule, compute, phase, expires } = execution
  const { duration = '' } = schedule?.available ?? {}
  const end = schedule?.releasing?.start ?? ''
  const memory = compute?.memory?.min
  const cost = priceInWords(execution)
  const accelerators = compute?.accelerators?.min
  const start = localTime(promisedStart(execution))
  const times = neverStarted(execution)
    ? { started: 'never', 'promised start': start }
    : { start, duration: durationInWords(duration), end: localTime(end) }
  const shown = {
    ...times,
    'accept until': phase === 'OFFERED' ? localTime(expires ?? '') : '',
    cores: String(compute?.cores?.min ?? ''),
    memory: memory === undefined ? '' : `${memory} GiB`,
    accelerators: accelerators ? String(accelerators) : '',
    cost,
  }
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== ''))
}

/** The start of an offer, seen from now: at an instant, or at any time up to one. */
export function startInWords(offer: Execution, now: Date): string {
  const promised = promisedStart(offer)
  if (promised === '') return ''
  const isFixed = windowOf(offer).within === 0
  const seconds = Math.max(0, Math.round((Date.parse(promised) - now.getTime()) / 1000))
  if (seconds > 90) return `${isFixed ? '' : 'by '}${localTime(promised)}`
  return `${isFixed ? 'in' : 'within'} ${seconds} s`
}

/** The latest start of an execution, or its real one; empty where that is not known. */
export function promisedStart(execution: Execution): string {
  const { first, within } = windowOf(execution)
  if (first === undefined) return ''
  return within === 0 ? first : new Date(Date.parse(first) + within * 1000).toISOString()
}

/** The first instant at which an execution may start; empty where that is not known. */
export const earliestStart = (execution: Execution): string => windowOf(execution).first ?? ''

/** The first instant at which an execution may start, and for how many seconds from then on. */
function windowOf({ schedule }: Execution): { first: string | undefined; within: number } {
  const [first, within = ''] = schedule?.available?.start?.split('/') ?? []
  return { first, within: secondsIn(within) ?? 0 }
}

const placeOf = ({ platform }: Execution) => (platform ? `${platform.name ?? ''}/${platform.pool ?? ''}` : '')
