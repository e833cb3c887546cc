/** Executions by the UUIDs that people type, and what to do about one that is none. */
import { ProblemError, type BrokerClient, type OfferSet } from '../client/broker-client.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError, problemLines } from './failures.ts'

/** The UUID in a reference, which may be the URL of an execution. Throws CommandError for what is neither. */
export function uuidOf(reference: string): string {
  const uuid =
    reference
      .replace(/(?<!\/)\/+$/, '')
      .split('/')
      .at(-1)
      ?.toLowerCase() ?? ''
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return uuid
  throw new CommandError(
    `'${reference}' is not the UUID or the URL of an execution; 'broker list' shows them.`,
    EXIT.usage,
  )
}

/** Does something with the execution of a reference; says what the UUID is of, where it is not of an execution. */
export async function withExecution<Result>(
  reference: string,
  client: BrokerClient,
  act: (uuid: string) => Promise<Result>,
): Promise<Result> {
  const uuid = uuidOf(reference)
  try {
    return await act(uuid)
  } catch (error) {
    if (!isNotFound(error)) throw error
    const offerSet = await client.offerSet(uuid).catch((other: unknown) => {
      if (isNotFound(other)) return undefined
      throw other
    })
    throw offerSet ? isOfferSet(uuid, offerSet) : unknown(error)
  }
}

const isNotFound = (error: unknown): error is ProblemError =>
  error instanceof ProblemError && error.problem.status === 404

function unknown(error: ProblemError): CommandError {
  const [first = '', ...faults] = problemLines(error)
  return new CommandError(first, EXIT.failed, [...faults, "'broker list' shows the executions that there are."])
}

function isOfferSet(uuid: string, { offers = [] }: OfferSet): CommandError {
  const lines = offers.map(({ meta, phase }) => `  ${meta.uuid}  ${phase}`)
  return new CommandError(
    `${uuid} is an offer set; ${lines.length > 0 ? 'name one of its offers:' : 'it has no offers.'}`,
    EXIT.failed,
    lines,
  )
}
