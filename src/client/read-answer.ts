/** Answers of a server as values. It may be no broker, and may mean harm: its words are only shown, never trusted. */
import type { components } from '../protocol/contract.gen.ts'
import { NotABrokerError, ProblemError, UnreachableError } from './client-errors.ts'

/** The JSON object of an answer. Throws NotABrokerError for anything else, UnreachableError when the connection breaks. */
export async function readObject<Body>(url: string, response: Response): Promise<Body> {
  let text: string
  try {
    text = await response.text()
  } catch (cause) {
    // Whoever asked may have ended it.
    if ((cause as Error).name === 'AbortError') throw cause
    throw new UnreachableError(url, cause)
  }
  return objectIn<Body>(text, url, response)
}

/** The JSON object that a text of an answer is. Throws NotABrokerError for anything else. */
export function objectIn<Body>(text: string, url: string, response: Response): Body {
  const value = valueOf(text)
  if (isObject(value)) return value as Body
  throw new NotABrokerError(url, response, 'but without a JSON object in it')
}

/** The problem that an answer reports. Throws NotABrokerError where its fields are of other types than those of problems. */
export async function readProblem(url: string, response: Response): Promise<ProblemError> {
  const problem = await readObject<components['schemas']['Problem']>(url, response)
  const { title, status, detail, errors = [] } = problem as Readonly<Record<string, unknown>>
  const isText = (value: unknown) => value === undefined || typeof value === 'string'
  const isProblem = typeof title === 'string' && typeof status === 'number' && isText(detail)
  if (isProblem && Array.isArray(errors) && errors.every(isObject)) return new ProblemError(problem)
  throw new NotABrokerError(url, response, 'but with fields that are none of a problem')
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value that a text is in JSON; undefined, which JSON cannot say, for a text that is none. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
