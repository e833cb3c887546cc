/** Executions, offers and messages as lines for a person. */
import type { Execution, OfferSet, Schemas } from '../client/broker-client.ts'
import { table } from './terminal.ts'

/** The offers of a set as a table, and what was said about them. */
export function offerLines(offerSet: OfferSet, now: Date): string[] {
  const rows = (offerSet.offers ?? []).map((offer, index) => [
    String(index + 1),
    startInWords(offer, now),
    offer.schedule?.available?.duration ?? '',
    String(offer.compute?.cores?.min ?? ''),
    `${offer.compute?.memory?.min ?? ''} GiB`,
    `${(offer.storage ?? []).reduce((sum, storage) => sum + (storage.size?.min ?? 0), 0)} GiB`,
    `${offer.platform?.name ?? ''}/${offer.platform?.pool ?? ''}`,
    offer.meta.uuid ?? '',
  ])
  return table(['offer', 'start', 'duration', 'cores', 'memory', 'storage', 'platform', 'uuid'], rows)
}

/** Every message of an answer once, with its level when it is more than information. */
export function messageLines(messages: readonly Schemas['MessageItem'][]): string[] {
  return [...new Set(messages.map((said) => (said.level === 'INFO' ? said.message : `${said.level}: ${said.message}`)))]
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

/** Executions as a table. */
export function executionLines(executions: readonly Execution[]): string[] {
  const rows = executions.map((execution) => [
    execution.meta.uuid ?? '',
    execution.meta.name ?? '',
    outcomeLine(execution),
    execution.schedule?.available?.start?.split('/')[0] ?? '',
    `${execution.platform?.name ?? ''}/${execution.platform?.pool ?? ''}`,
  ])
  return table(['uuid', 'name', 'phase', 'start', 'platform'], rows)
}

/** One execution with its components, its history and what was said. */
export function statusLines(execution: Execution): string[] {
  const { executable, compute, storage = [], data = [] } = execution
  const components: [string, { meta?: Schemas['ComponentMetadata']; phase?: string } | undefined][] = [
    ['executable', executable],
    ['compute', compute],
    ...storage.map((one): [string, typeof one] => ['storage', one]),
    ...data.map((one): [string, typeof one] => ['data', one]),
  ]
  return [
    `${execution.meta.uuid ?? ''}  ${execution.meta.name ?? ''}`.trimEnd(),
    `  ${outcomeLine(execution)} on ${execution.platform?.name}/${execution.platform?.pool}`,
    ...components.map(([family, part]) =>
      `  ${family.padEnd(10)}  ${part?.phase ?? ''}  ${part?.meta?.name ?? ''}`.trimEnd(),
    ),
    ...(execution.history ?? []).map(({ since, phase, event }) => `  ${since}  ${phase} (${event})`),
    ...messageLines(allMessages(execution)).map((line) => `  ${line}`),
  ]
}

function startInWords(offer: Execution, now: Date): string {
  const [first, within] = offer.schedule?.available?.start?.split('/') ?? []
  if (first === undefined) return ''
  const seconds = Math.round((Date.parse(first) - now.getTime()) / 1000)
  if (seconds > 90) return first
  return within === undefined || within === 'PT0S'
    ? `in ${Math.max(0, seconds)} s`
    : seconds <= 0
      ? 'when accepted'
      : `${seconds} s after acceptance`
}
