/**
 * A server that says whole answers, byte by byte as they are on the wire, and breaks off after as many as it is told. It
 * stands for every other server: those with data, engines, registries, issuers, the services of policies and groups.
 */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** The way a connection breaks: closed, reset as by a side that has forgotten it, or silent. */
export type Break = 'closes' | 'resets' | 'stalls'

export interface BreakingServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** The answer to a request, given as it came: its line, its headers, and its body. */
  answer: (request: string) => string | Buffer
  /** Bytes that are sent of the answers to requests that `breaks` is true of; `Infinity` for whole ones. */
  breaksAfter: number
  how: Break
  /** Called when it has broken off. */
  onBreak: () => void
  /** Ends all connections, so that the next request is made on a new one. */
  forget(): void
  close(): Promise<void>
}

/** Starts one on a free port. */
export async function breakingServer(answer: BreakingServer['answer']): Promise<BreakingServer> {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    // Whoever gives an answer up closes its connection; that is usual here.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    let heard = ''
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1')
      if (!isWhole(heard)) return
      const whole = Buffer.from(server.answer(heard))
      heard = ''
      if (server.breaksAfter >= whole.length) return void socket.write(whole)
      if (server.breaksAfter > 0) socket.write(whole.subarray(0, server.breaksAfter), () => breakOff(socket, server))
      else breakOff(socket, server)
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const server: BreakingServer = {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    answer,
    breaksAfter: Infinity,
    how: 'closes',
    onBreak: () => undefined,
    forget: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: async () => {
      server.forget()
      listener.close()
      await once(listener, 'close')
    },
  }
  return server
}

/** Ways that are over at once. */
const BREAKS: readonly Break[] = ['closes', 'resets']

/**
 * The first kind that a request is of: one that it begins with, or such a beginning and, after ` + `, what else is in it,
 * in lower case.
 */
export function kindOf(request: string, kinds: readonly string[]): string {
  const isOf = (kind: string) => {
    const [beginning = '', within = ''] = kind.split(' + ')
    return request.startsWith(beginning) && request.toLowerCase().includes(within)
  }
  const kind = kinds.find(isOf)
  if (kind === undefined) throw new Error(`there is no answer to ${request}`)
  return kind
}

/** Attempts something with the answer to each kind of request broken off at each byte, in each way. */
export async function breakAtEveryByte(
  server: BreakingServer,
  answers: Readonly<Record<string, Buffer>>,
  attempt: (where: string) => Promise<void>,
): Promise<void> {
  for (const [broken, answer] of Object.entries(answers)) {
    for (const how of BREAKS) {
      for (let bytes = 0; bytes < answer.length; bytes++) {
        server.how = how
        server.answer = (request) => {
          const kind = kindOf(request, Object.keys(answers))
          server.breaksAfter = kind === broken ? bytes : Infinity
          return answers[kind] as Buffer
        }
        await attempt(`${broken} ${how} after ${bytes} bytes`)
        server.forget()
      }
    }
  }
}

function breakOff(socket: Socket, { how, onBreak }: BreakingServer): void {
  if (how === 'closes') socket.end()
  if (how === 'resets') socket.resetAndDestroy()
  onBreak()
}

/** True for a complete request: its headers, and the body that they announce. */
function isWhole(heard: string): boolean {
  const end = heard.indexOf('\r\n\r\n')
  if (end === -1) return false
  const body = heard.slice(end + 4)
  const [, length] = /^content-length: (\d+)/im.exec(heard) ?? []
  if (length !== undefined) return body.length >= Number(length)
  return !/^transfer-encoding: chunked/im.test(heard) || body.endsWith('0\r\n\r\n')
}

/** An answer as it is on the wire; headers may be there more than once. */
export function httpAnswer(headers: readonly string[], body: string | Buffer = '', status = '200 OK'): Buffer {
  return Buffer.concat([Buffer.from([`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')), Buffer.from(body)])
}

/** An answer with a length, in JSON, of a value or of text that is JSON already. */
export function jsonAnswer(value: unknown, body = JSON.stringify(value)): Buffer {
  return httpAnswer(
    ['Content-Type: application/json', 'Connection: close', `Content-Length: ${Buffer.byteLength(body)}`],
    body,
  )
}
