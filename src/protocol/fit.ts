/**
 * Fits a request to the contract, whatever generation of it the client speaks. Nearly every request is in the current
 * form and has nothing beside it, which is found out in a fraction of the time of the fitting.
 */
import type { FieldFault } from '../domain/errors.ts'
import { conform, faultsOfConformed, type Conformed } from './conform.ts'
import { followsExactly } from './contract-faults.ts'
import { modernise, type EarlierPart } from './earlier-generations.ts'

/** What was fitted, and what of it was in an earlier form. */
export interface Fitted extends Omit<Conformed, 'placeInOriginal'> {
  readonly faults: readonly FieldFault[]
  readonly earlier: readonly EarlierPart[]
}

const NOTHING_LEFT_OUT = { unknownFields: [], moreUnknownFields: 0, unknownKinds: [], nullEntries: [], readAs: [] }

/** Fits a request; the value is the very body where there is nothing to fit. */
export function fitRequest(body: unknown): Fitted {
  if (followsExactly('ExecutionRequest', body)) return { value: body, ...NOTHING_LEFT_OUT, faults: [], earlier: [] }
  const { body: current, earlier } = modernise('ExecutionRequest', body)
  const conformed = conform('ExecutionRequest', current, { isLenient: true })
  return { ...conformed, faults: faultsOfConformed('ExecutionRequest', conformed), earlier }
}
