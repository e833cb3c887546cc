/** Reads a body that is ours alone, so that nothing in it can be meant otherwise: whatever is not known is refused. */
import { BrokerError, type FieldFault } from '../domain/errors.ts'
import { conform } from './conform.ts'
import { faultsOf, type SchemaName, type Schemas } from './contract.ts'

/** The body as a value of a schema of the contract. Throws BAD_REQUEST with every field at fault. */
export function readBody<Name extends SchemaName>(name: Name, body: unknown): Schemas[Name] {
  const { value, unknownFields } = conform(name, body)
  const faults: FieldFault[] = [
    ...unknownFields.map((pointer) => ({ pointer, detail: 'is not a field of this request' })),
    ...faultsOf(name, value ?? null),
  ]
  if (faults.length === 0) return value as Schemas[Name]
  throw new BrokerError('BAD_REQUEST', 'The request does not follow the contract; the fields at fault are listed.', {
    faults,
  })
}
