/** The operations of the contract and the responses that it declares for each. */
import { endpointOf } from '../../src/http/endpoints.ts'
import { CONTRACT } from '../../src/protocol/contract.ts'

export interface DeclaredOperation {
  readonly id: string
  readonly method: string
  /** With `{name}` in the place of each parameter. */
  readonly path: string
  /** Those that it declares as its own. */
  readonly statuses: readonly string[]
  /** Those that any request can meet before an operation sees it, without its own. */
  readonly refusals: readonly string[]
}

interface Contract {
  readonly paths: Record<string, Record<string, { operationId?: string; responses?: Record<string, unknown> }>>
  readonly components: { readonly responses: { readonly Refused: { readonly 'x-statuses': readonly number[] } } }
}

const { paths, components } = CONTRACT as unknown as Contract
const REFUSED = '#/components/responses/Refused'

/** Every operation, in the order of the contract. */
export function declaredOperations(): DeclaredOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { operationId, responses }]) =>
      operationId && responses
        ? [{ id: operationId, method: method.toUpperCase(), path, ...declared(path, responses) }]
        : [],
    ),
  )
}

function declared(path: string, { default: other, ...own }: Record<string, unknown>) {
  const refusals = (other as { $ref?: string } | undefined)?.$ref === REFUSED ? components.responses.Refused : undefined
  const statuses = Object.keys(own)
  return {
    statuses,
    refusals: (refusals?.['x-statuses'] ?? [])
      .map(String)
      .filter((status) => !statuses.includes(status))
      // Only what belongs to an endpoint can be served by other processes.
      .filter((status) => status !== '404' || endpointOf(path) !== undefined),
  }
}
