/** Reads an update of an execution or an offer set. */
import { BrokerError } from '../domain/errors.ts'
import { EXECUTION_PHASES, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { conform } from './conform.ts'
import { faultsOf, type Schemas } from './contract.ts'

/** What a client wants changed. Paths are without a leading slash. */
export interface Update {
  readonly type: 'enum' | 'string'
  readonly path: string
  readonly value: string
}

/** Reads an update. Throws BAD_REQUEST when it does not follow the contract. */
export function readUpdate(body: unknown): Update {
  const { value, unknownKinds } = conform('Update', body)
  const [unknown] = unknownKinds
  if (unknown) {
    const faults = [
      { pointer: unknown.pointer, detail: `'${unknown.kind}' is not known; known are ${unknown.known.join(', ')}` },
    ]
    throw new BrokerError('BAD_REQUEST', 'The update has a kind that is not known.', { faults })
  }
  const faults = faultsOf('Update', value)
  if (faults.length > 0)
    throw new BrokerError('BAD_REQUEST', 'The update does not follow the contract; the fields at fault are listed.', {
      faults,
    })
  const wire = value as Schemas['Update']
  return {
    type: wire.kind === 'uri:enum-value-update' ? 'enum' : 'string',
    path: wire.path.replace(/^\//, ''),
    value: wire.value,
  }
}

/** The phase that a word stands for; RUNNING is the old word for AVAILABLE. Undefined for a word that is no phase. */
export function phaseNamed(word: string): ExecutionPhase | undefined {
  const name = word === 'RUNNING' ? 'AVAILABLE' : word
  return EXECUTION_PHASES.find((phase) => phase === name)
}

/** An update that is understood but not possible, with what is. */
export function impossibleUpdate(update: Update, possible: string): BrokerError {
  return new BrokerError('UNPROCESSABLE', `'${update.path}' cannot be set to '${update.value}'; ${possible}`, {
    faults: [{ pointer: '/value', detail: possible }],
  })
}
