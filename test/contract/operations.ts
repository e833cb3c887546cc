/** The operations of the contract and the responses that it declares for each. */
import { CONTRACT } from '../../src/protocol/contract.ts'

export interface DeclaredOperation {
  readonly id: string
  readonly method: string
  /** With `{name}` in the place of each parameter. */
  readonly path: string
  readonly statuses: readonly string[]
}

type Paths = Record<string, Record<string, { operationId?: string; responses?: Record<string, unknown> }>>

/** Every operation, in the order of the contract. */
export function declaredOperations(): DeclaredOperation[] {
  return Object.entries((CONTRACT as unknown as { paths: Paths }).paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { operationId, responses }]) =>
      operationId && responses
        ? [{ id: operationId, method: method.toUpperCase(), path, statuses: Object.keys(responses) }]
        : [],
    ),
  )
}
