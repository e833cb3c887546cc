/**
 * One PUT of a file to a web server.
 *
 * The server is asked first whether it will take the file (`Expect: 100-continue`, RFC 9110 section 10.1.1), so that one
 * that sends it elsewhere, as the doors of dCache and XRootD do, says so before the bytes are on their way. Undici does not
 * do that over HTTP/1.1, so the client of Node does it here.
 */
import { once } from 'node:events'
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { FileToSave } from '../data-sink.ts'
import type { ConnectionOptions } from '../guarded-agent.ts'
import { connectionFailure, type Answer } from './exchange.ts'

/** Smaller files are sent at once: to ask first takes longer than to send them twice, in bytes. */
const ASK_FIRST_BYTES = 64 * 1024
/** The wait for an answer to a question that a server perhaps does not know, in milliseconds; as curl does. */
const CONTINUE_WITHIN_MS = 1_000

/** Sends a file, unless the server answers before. Gives the answer, whatever its status; its body has to be dropped. */
export async function upload(
  location: URL,
  headers: Readonly<Record<string, string>>,
  file: FileToSave,
  signal: AbortSignal,
  connections: ConnectionOptions,
): Promise<Answer> {
  const asksFirst = file.sizeBytes > ASK_FIRST_BYTES
  const answer = await uploadOnce(location, headers, file, asksFirst, signal, connections)
  if (answer.status !== 417 || !asksFirst) return answer
  answer.body.destroy()
  return uploadOnce(location, headers, file, false, signal, connections)
}

async function uploadOnce(
  location: URL,
  headers: Readonly<Record<string, string>>,
  file: FileToSave,
  asksFirst: boolean,
  signal: AbortSignal,
  connections: ConnectionOptions,
): Promise<Answer> {
  signal.throwIfAborted()
  // The name lookup is guarded, too, but is not made for a host that is an address already.
  const refusal = connections.guard.refusal(location.hostname)
  if (refusal) throw refusal
  const sent = { ...headers, 'content-length': file.sizeBytes, ...(asksFirst ? { expect: '100-continue' } : {}) }
  const request = (location.protocol === 'https:' ? requestHttps : requestHttp)(location, {
    ...{ method: 'PUT', headers: sent, agent: false, lookup: connections.guard.lookup },
  })
  const abort = () => request.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  const patience = new Patience(request)
  try {
    const answer = await answered(request, file, asksFirst, patience, connections)
    return { host: location.host, status: answer.statusCode ?? 0, headers: answer.headers, body: answer }
  } catch (error) {
    request.destroy()
    throw connectionFailure(error, location.host, signal)
  } finally {
    patience.end()
    signal.removeEventListener('abort', abort)
  }
}

/** The answer, which may come before the file is sent. Throws what went wrong first. */
async function answered(
  request: ClientRequest,
  file: FileToSave,
  asksFirst: boolean,
  patience: Patience,
  { connectTimeoutMs, idleTimeoutMs }: ConnectionOptions,
): Promise<IncomingMessage> {
  let isAnswered = false
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    // What breaks after the answer is not its failure, and is heard all the same: nobody else listens.
    request.on('error', reject)
    request.once('response', (response) => {
      isAnswered = true
      resolve(response)
    })
  })
  const sending = async () => {
    patience.begin(connectTimeoutMs)
    request.flushHeaders()
    await isConnected(request)
    patience.begin(idleTimeoutMs)
    if (asksFirst) await mayContinue(request)
    patience.end()
    if (isAnswered) return
    const body = await file.read()
    for await (const chunk of body) {
      if (isAnswered) return
      patience.begin(idleTimeoutMs)
      if (!request.write(chunk)) await once(request, 'drain')
      patience.end()
    }
    if (isAnswered) return
    patience.begin(idleTimeoutMs)
    request.end()
  }
  // When sending breaks because the server has answered and closed, its answer counts.
  const failed = new Promise<never>(
    (_, reject) => void sending().catch((error: unknown) => !isAnswered && reject(error as Error)),
  )
  return Promise.race([answer, failed])
}

/** Returns when the connection is made, with its encryption. */
async function isConnected(request: ClientRequest): Promise<void> {
  const socket = request.socket ?? ((await once(request, 'socket')) as [NonNullable<ClientRequest['socket']>])[0]
  if (socket.connecting) await once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect')
}

/** Returns when the server wants the file, has answered, or does not know that it was asked. */
async function mayContinue(request: ClientRequest): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CONTINUE_WITHIN_MS)
    const go = () => {
      clearTimeout(timer)
      resolve()
    }
    for (const event of ['continue', 'response', 'close']) request.once(event, go)
  })
}

/** Ends a request when the other side lets it wait for too long. */
class Patience {
  readonly #request: ClientRequest
  #timer: NodeJS.Timeout | undefined

  constructor(request: ClientRequest) {
    this.#request = request
  }

  begin(milliseconds: number): void {
    this.end()
    const late = Object.assign(new Error('the server was silent'), { code: 'ETIMEDOUT' })
    this.#timer = setTimeout(() => this.#request.destroy(late), milliseconds)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
