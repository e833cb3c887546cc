/** Secrets of the site, which stand in files of their own and never in the configuration. */
import { readFileSync } from 'node:fs'
import { BrokerError } from './domain/errors.ts'
import { codeOf } from './domain/error-code.ts'

/** A secret out of a file; `what` says what it is. Throws UNPROCESSABLE with a sentence for the operator. */
export function secretIn(file: string, what: string): string {
  try {
    const secret = readFileSync(file, 'utf8').trim()
    if (secret !== '') return secret
  } catch (cause) {
    throw new BrokerError('UNPROCESSABLE', `The file ${file} with ${what} cannot be read (${codeOf(cause)}).`, {
      cause,
    })
  }
  throw new BrokerError('UNPROCESSABLE', `The file ${file} with ${what} is empty.`)
}
