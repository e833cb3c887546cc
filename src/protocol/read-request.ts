/**
 * Reads a request from the wire: fits it to the contract, fills the defaults, reads the dates, resolves the references.
 *
 * Three outcomes: a request that can be planned; reasons for the answer NO; or BAD_REQUEST for a body that does not
 * follow the contract.
 */
import type { Instant } from '../domain/dates.ts'
import { BrokerError, type FieldFault } from '../domain/errors.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import {
  isNotebookSaved,
  NOTEBOOK_PATHS,
  notebookMounts,
  withNotebook,
  workplaceOf,
  type NotebookSite,
} from '../domain/notebook.ts'
import type { Schemas } from './contract.ts'
import { hintOn } from './field-hints.ts'
import { fitRequest } from './fit.ts'
import { refuseManyMounts } from './many-mounts.ts'
import { readCompute } from './read-compute.ts'
import { readExecutable } from './read-executable.ts'
import { readLimits } from './read-limits.ts'
import { readMeta, type Named } from './read-meta.ts'
import { readResources } from './read-resources.ts'
import { readSchedule } from './read-schedule.ts'
import { References } from './references.ts'
import { RequestNotes } from './request-notes.ts'

/** What was read. `request` is there only when nothing speaks for NO. */
export interface ReadRequest {
  readonly name: string | undefined
  readonly description: string | undefined
  readonly request: ExecutionRequest | undefined
  readonly messages: readonly Message[]
}

/** The defaults of a site that a request leaves open. */
export interface RequestDefaults {
  readonly durationMs: number
  /** What notebooks are run with; undefined where none are. */
  readonly notebooks?: NotebookSite
}

/**
 * Reads the body of a request. Throws BAD_REQUEST, with the fields at fault, for a body that does not follow the
 * contract, and with `isStrict` UNKNOWN_FIELD for one that has more than the contract.
 */
export function readRequest(
  body: unknown,
  now: Instant,
  defaults: RequestDefaults,
  { isStrict = false }: { readonly isStrict?: boolean } = {},
): ReadRequest {
  const {
    value,
    faults,
    earlier,
    unknownFields,
    moreUnknownFields: more,
    unknownKinds,
    nullEntries,
    readAs,
  } = fitRequest(body)
  const unknown = isStrict ? unknownFaults(unknownFields, more, body) : []
  if (faults.length > 0) {
    throw new BrokerError('BAD_REQUEST', 'The request does not follow the contract; the fields at fault are listed.', {
      faults: [...faults, ...unknown],
    })
  }
  if (unknown.length > 0) {
    throw new BrokerError('UNKNOWN_FIELD', 'The request has fields that the contract does not have.', {
      faults: unknown,
    })
  }
  const wire = value as Schemas['ExecutionRequest']
  const notes = new RequestNotes(now)
  for (const part of earlier) notes.say(message('earlier-schema', now, { ...part }))
  for (const pointer of unknownFields) {
    notes.say(message('unknown-field', now, { pointer, meant: sentence(hintOn(pointer, body)) }))
  }
  if (more > 0) notes.say(message('unknown-fields-more', now, { count: more }))
  for (const entry of nullEntries) notes.say(message('null-entry', now, { ...entry }))
  for (const one of readAs) notes.say(message('value-read-as', now, { ...one }))
  for (const { pointer, kind, known } of unknownKinds) {
    notes.say(message('unknown-kind', now, { pointer, kind, known: known.join(', ') }))
  }
  const named = readMeta(wire.meta)
  const request = unknownKinds.length > 0 ? undefined : readParts(wire, named, defaults, notes)
  const { name, description } = named
  return { name, description, request: notes.refused ? undefined : request, messages: notes.messages }
}

/** The unknown fields as faults, for a client that does not want them to be ignored. */
function unknownFaults(pointers: readonly string[], more: number, body: unknown): FieldFault[] {
  return pointers.map((pointer, index) => {
    const hint = hintOn(pointer, body)
    const others = more > 0 && index === pointers.length - 1 ? `; there are ${more} more such fields` : ''
    return { pointer, detail: `is not part of the contract${hint === undefined ? '' : `; ${hint}`}${others}` }
  })
}

/** A part of a sentence as a sentence of its own after another. */
const sentence = (text: string | undefined) =>
  text === undefined ? '' : ` ${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('?') ? '' : '.'}`

/** Reads the parts, all of them, so that the client learns at once everything that there is to change. */
function readParts(
  wire: Schemas['ExecutionRequest'],
  { name, description }: Named,
  defaults: RequestDefaults,
  notes: RequestNotes,
): ExecutionRequest | undefined {
  if (!wire.executable) notes.say(message('executable-required', notes.now, { pointer: '/executable' }))
  const references = new References(wire, notes)
  const executable = wire.executable && readExecutable(wire.executable, defaults.notebooks, notes)
  const { storage, data } = readResources(wire, references, notes)
  const compute = readCompute(wire.compute, wire.data ?? [], references, notes)
  refuseManyMounts(compute.volumes, data, notes)
  const schedule = readSchedule(wire.schedule, defaults.durationMs, notes)
  const limits = readLimits(wire, notes.now, (said) => notes.say(said))
  if (!executable) return undefined
  const request = { name, description, executable, compute, storage, data, ...schedule, limits }
  if (executable.type !== 'jupyter-notebook') return request
  const complete = withNotebook(request, executable)
  noteOfNotebook(complete, notes)
  return complete
}

/** Says when what becomes of a notebook is lost, and refuses other volumes in its places and names that are not served. */
function noteOfNotebook(request: ExecutionRequest, notes: RequestNotes): void {
  if (!isNotebookSaved(request)) notes.say(message('notebook-not-saved', notes.now, {}))
  const { name = '.ipynb' } = workplaceOf(request) ?? {}
  if (!name.endsWith('.ipynb'))
    notes.invalid('/executable/location', name, 'Jupyter opens it as a notebook only if its name ends in .ipynb')
  const own = notebookMounts(request)
  for (const [index, { path, target }] of request.compute.volumes.entries()) {
    const place = Object.values(NOTEBOOK_PATHS).find((one) => path === one || path.startsWith(`${one}/`))
    const isOwn = target.family === 'data' && own.some((one) => one.path === path && one.target.index === target.index)
    if (place && !isOwn) notes.invalid(`/compute/volumes/${index}/path`, path, 'the notebook is there')
  }
}
