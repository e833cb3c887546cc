/** Reads a body that is ours alone, so that nothing in it can be meant otherwise: whatever is not known is refused. */
import { BrokerError, type FieldFault } from '../domain/errors.ts'
import { conform, faultsOfConformed } from './conform.ts'
import type { SchemaName, Schemas } from './contract.ts'

/** The body as a value of a schema of the contract. Throws BAD_REQUEST with every field at fault. */
export function readBody<Name extends SchemaName>(name: Name, body: unknown): Schemas[Name] {
  const conformed = conform(name, body)
  const { value, unknownFields } = conformed
  const faults: FieldFault[] = [
    ...unknownFields.map((pointer) => ({ pointer, detail: 'is not a field of this request' })),
    ...faultsOfConformed(name, conformed),
  ]
  if (faults.length === 0) return value as Schemas[Name]
  throw new BrokerError('BAD_REQUEST', 'The request does not follow the contract; the fields at fault are listed.', {
    faults,
  })
}
