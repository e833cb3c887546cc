/** States of a database in which it does nothing, or changes nothing, for a while; see appendix A of the PostgreSQL manual. */
import { codeOf } from '../domain/error-code.ts'
import { BrokerError } from '../domain/errors.ts'

/** A trouble of the database that passes, in words for a client. */
export interface Trouble {
  readonly detail: string
  /** It stays until somebody does something about it, and only writing shows whether it is over. */
  readonly lasts: boolean
  /** It is one of this statement, which others may have been in the way of; another one is done meanwhile. */
  readonly ofStatement?: boolean
}

const UNDONE = 'nothing was changed; try again later, and tell the operator if it stays so'

/** Troubles by their SQLSTATE. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  '53100': { detail: `The disk of the database is full; ${UNDONE}.`, lasts: true },
  '53200': { detail: `The database has not enough memory; ${UNDONE}.`, lasts: false },
  '53300': { detail: `The database has no connection left; ${UNDONE}.`, lasts: false },
  '53400': { detail: `The database has reached a limit of its configuration; ${UNDONE}.`, lasts: false },
  '58030': { detail: `The database cannot read or write its disk; ${UNDONE}.`, lasts: true },
  '25006': { detail: `The database takes no changes; ${UNDONE}.`, lasts: true },
  '40P01': {
    detail: 'Others were in the way of it in the database; nothing was changed.',
    lasts: false,
    ofStatement: true,
  },
  '40001': {
    detail: 'Others were in the way of it in the database; nothing was changed.',
    lasts: false,
    ofStatement: true,
  },
  '57014': {
    detail: `The database was told to stop before it was done, or took too long; ${UNDONE}.`,
    lasts: false,
    ofStatement: true,
  },
  '55P03': { detail: `Others kept the database busy for too long; ${UNDONE}.`, lasts: false, ofStatement: true },
  '57P01': { detail: 'The database server is going down; try again in a moment.', lasts: false },
  '57P02': { detail: 'The database server has crashed; try again in a moment.', lasts: false },
  '57P03': { detail: 'The database server is starting; try again in a moment.', lasts: false },
}

/** The trouble that an error tells of, by its own code or by that of what caused it; undefined for any other error. */
export function troubleOf(error: unknown): Trouble | undefined {
  const trouble = TROUBLES[codeOf(error)]
  if (trouble) return trouble
  return error instanceof Error && error.cause !== undefined ? troubleOf(error.cause) : undefined
}

/** The database cannot do what is asked of it now. Other services that are away are UNAVAILABLE too, and none of this. */
export class DatabaseUnavailable extends BrokerError {
  constructor(
    detail: string,
    options: { readonly cause: unknown; readonly context?: Readonly<Record<string, unknown>> },
  ) {
    super('UNAVAILABLE', detail, options)
  }
}

/** True for a failure of the database in which it does nothing for anybody; false where only one statement was in trouble. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof DatabaseUnavailable && !troubleOf(error)?.ofStatement
}
