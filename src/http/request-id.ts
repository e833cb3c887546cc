/** The id of a request: the client's own when it is fit for a log, otherwise one that is made here. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What may be in an id from outside: nothing that could end a line, open a markup or look like another field. */
const FIT = /^[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}$/

/** The id that a request has in the log, in its answer and in its problem document. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && FIT.test(given) ? given : randomUUID()
}
