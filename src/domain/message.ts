/** What the broker says about a request or an execution: one catalogue, rendered here and nowhere else. */
import type { Instant } from './dates.ts'

/** The levels on the wire. A refusal or failure is ERROR. */
export const MESSAGE_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const
export type MessageLevel = (typeof MESSAGE_LEVELS)[number]

/**
 * Every message that can be said: its level and its template. `${name}` stands for the value of that name. A template
 * is a whole sentence that says what is the case and, where the client can do something about it, what to change.
 */
export const MESSAGES = {
  // About the request: what the broker changed or did not understand.
  'unknown-field': { level: 'WARN', template: 'The field ${pointer} is not part of the contract and was ignored.' },
  'date-read-as': { level: 'WARN', template: "The value '${text}' of ${pointer} was read as '${readAs}'." },
  'maximum-capped': {
    level: 'WARN',
    template: 'No pool has ${maximum} ${resource} as ${pointer} asks for; offers go up to ${limit}.',
  },
  'simulated-platform': {
    level: 'INFO',
    template: 'The platform ${platform} is simulated: no container is run, output and exit code are made up.',
  },
  'image-pinned': { level: 'INFO', template: 'The image ${image} was found here as ${digest} and is run as such.' },
  // About the request: why the answer is NO.
  'executable-required': {
    level: 'ERROR',
    template: 'The request has no executable; describe in ${pointer} what shall be run.',
  },
  'unknown-kind': {
    level: 'ERROR',
    template: "The kind '${kind}' of ${pointer} is not known here; known are ${known}.",
  },
  'not-supported': { level: 'ERROR', template: 'No platform here supports what ${pointer} asks for: ${reason}.' },
  'invalid-value': { level: 'ERROR', template: "The value '${value}' of ${pointer} cannot be used: ${reason}." },
  'minimum-above-maximum': {
    level: 'ERROR',
    template: 'The minimum ${minimum} of ${pointer} is above its maximum ${maximum}.',
  },
  'reference-not-found': {
    level: 'ERROR',
    template: "The reference '${reference}' of ${pointer} is neither a name nor a UUID of ${expected} in this request.",
  },
  'reference-ambiguous': {
    level: 'ERROR',
    template: "The reference '${reference}' of ${pointer} fits more than one resource; give each its own name.",
  },
  'duplicate-name': {
    level: 'ERROR',
    template: "The name '${name}' of ${pointer} is used twice; give each resource its own name.",
  },
  'duplicate-path': {
    level: 'ERROR',
    template: "The mount path '${path}' of ${pointer} lies in or is the path of another volume.",
  },
  'window-past': {
    level: 'ERROR',
    template: 'Nothing can start in ${pointer} any more: preparation takes until ${earliest}.',
  },
  'beyond-horizon': { level: 'ERROR', template: 'Nothing is offered after ${horizon}; ${pointer} begins later.' },
  'duration-limit': {
    level: 'ERROR',
    template: 'The duration ${duration} of ${pointer} is above the limit of ${limit}.',
  },
  'resource-limit': {
    level: 'ERROR',
    template: 'No pool has ${minimum} ${resource} as ${pointer} asks for at least; the largest has ${limit}.',
  },
  'no-pool': {
    level: 'ERROR',
    template: 'No single pool has ${cores} cores, ${memory} GiB of memory and ${storage} GiB of storage together.',
  },
  'no-capacity': {
    level: 'ERROR',
    template: 'There are not enough ${resource} free in the requested time. ${next}',
  },
  'data-unavailable': { level: 'ERROR', template: 'The data at ${location} cannot be had: ${reason}.' },
  'data-too-large': {
    level: 'ERROR',
    template: 'The data at ${location} have ${bytes} bytes, more than the ${limit} that ${what} allows.',
  },
  // While an execution lives, at the component concerned.
  'data-progress': { level: 'INFO', template: '${bytes} of ${total} bytes of ${location} were copied.' },
  'data-staged': { level: 'INFO', template: '${bytes} bytes of ${location} were copied${verified}.' },
  'image-progress': { level: 'INFO', template: 'Pulling ${image}: ${progress}.' },
  'platform-unavailable': {
    level: 'WARN',
    template: 'The platform ${platform} does not answer: ${reason}. The broker tries again until ${until}.',
  },
  'step-failed': { level: 'ERROR', template: '${what} failed: ${reason}.' },
  'exit-code': { level: 'ERROR', template: 'The program ended with exit code ${exitCode}.' },
  'program-not-started': { level: 'ERROR', template: 'The program could not be started: ${reason}.' },
  'out-of-memory': {
    level: 'ERROR',
    template: 'The program was killed because it used more memory than the ${memory} GiB of its offer.',
  },
  'time-limit': {
    level: 'ERROR',
    template: 'The program was stopped because the granted duration of ${duration} was over.',
  },
  'workload-lost': { level: 'ERROR', template: 'The platform ${platform} lost the container: ${reason}.' },
  'started-late': {
    level: 'WARN',
    template: 'The execution started ${seconds} s after the promised start: ${reason}.',
  },
  'output-truncated': {
    level: 'WARN',
    template: 'Of the ${bytes} bytes of ${stream} only the last ${limit} are kept.',
  },
  'cannot-release': {
    level: 'WARN',
    template: 'Giving back ${what} failed: ${reason}. The broker tries again.',
  },
} as const satisfies Record<string, { level: MessageLevel; template: string }>

export type MessageName = keyof typeof MESSAGES

/** What a message says of: the names in its template, with their values. */
export type MessageValues = Readonly<Record<string, string | number>>

/** A message as it was said. It keeps its own words: a later version of the catalogue does not change what was said. */
export interface Message {
  readonly name: string
  readonly at: Instant
  readonly level: MessageLevel
  readonly template: string
  readonly values: MessageValues
  readonly text: string
}

type NamesIn<Template extends string> = Template extends `${string}\${${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** Says a message of the catalogue. The compiler asks for every value that its template names. */
export function message<Name extends MessageName>(
  name: Name,
  at: Instant,
  values: Readonly<Record<NamesIn<(typeof MESSAGES)[Name]['template']>, string | number>>,
): Message {
  const { level, template } = MESSAGES[name]
  return { name, at, level, template, values, text: renderTemplate(template, values) }
}

/** Puts the values in the place of their names; a name without a value stays as it is. */
export function renderTemplate(template: string, values: MessageValues): string {
  return template.replace(/\$\{(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : placeholder,
  )
}
