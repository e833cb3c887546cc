/**
 * A server of data and for results that does what no server should: it trickles, lies, leads in circles, breaks off
 * anywhere, and takes results that it has not got. It writes every byte of its answers itself.
 */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Chance } from '../test/model/chance.ts'

export interface HostileServer {
  /** `http://127.0.0.2:<port>`: another host than those of the others, which are not to suffer for it. */
  readonly url: string
  /** While it rests it has nothing for anybody, and ends what goes on. */
  readonly rest: () => void
  readonly wake: () => void
  readonly close: () => Promise<void>
}

export const HOSTILE_CONTENT = Buffer.alloc(20_000, 'what a server promised to send\n')
const TRICKLE_EVERY_MS = 2_000

/** One way to be hostile to a request whose first line and headers have come. */
type Manner = (socket: Socket, head: string, chance: Chance) => void

/** By the first part of a path. */
export const MANNERS = {
  trickle: (socket, head) => {
    socket.write(headOf(200, [`Content-Length: ${HOSTILE_CONTENT.length}`]))
    if (isHead(head)) return void socket.end()
    const timer = setInterval(() => socket.write('x'), TRICKLE_EVERY_MS)
    socket.once('close', () => clearInterval(timer))
  },
  larger: (socket, head) => answer(socket, head, [`Content-Length: ${HOSTILE_CONTENT.length + 1_000}`]),
  smaller: (socket, head) => answer(socket, head, [`Content-Length: ${HOSTILE_CONTENT.length - 1_000}`]),
  changing: (socket, head, chance) =>
    answer(socket, head, [
      `Content-Length: ${isHead(head) ? chance.one(['7', '99999999999', '-1', 'many']) : HOSTILE_CONTENT.length}`,
    ]),
  checksum: (socket, head) =>
    answer(socket, head, [
      `Content-Length: ${HOSTILE_CONTENT.length}`,
      `Repr-Digest: sha-256=:${Buffer.alloc(32).toString('base64')}:`,
    ]),
  doubled: (socket, head, chance) =>
    answer(socket, head, [
      `Content-Length: ${HOSTILE_CONTENT.length}`,
      ...(chance.one([
        ['ETag: "a"', 'ETag: "b"'],
        ['Last-Modified: Mon, 30 Nov 2026 00:00:00 GMT', 'Last-Modified: never'],
        ['Content-Encoding: identity', 'Content-Encoding: identity'],
        ['Content-Type: text/plain', 'Content-Type: image/fits'],
        ['Content-Length: 1'],
        ['Repr-Digest: sha-256=:AA=:', 'Repr-Digest: md5=:AA=:'],
      ]) as string[]),
    ]),
  loop: (socket, head) => socket.end(headOf(302, [`Location: ${pathOf(head)}x`])),
  breaks: (socket, head, chance) => {
    const from = Number(/^range: bytes=(\d+)-\r$/im.exec(head)?.[1] ?? 0)
    const size = HOSTILE_CONTENT.length
    const range = from > 0 ? [`Content-Range: bytes ${from}-${size - 1}/${size}`] : []
    const lines = [`Content-Length: ${size - from}`, 'Accept-Ranges: bytes', 'ETag: "breaks"', ...range]
    const whole = Buffer.concat([
      Buffer.from(headOf(from > 0 ? 206 : 200, lines)),
      ...(isHead(head) ? [] : [HOSTILE_CONTENT.subarray(from)]),
    ])
    socket.end(whole.subarray(0, chance.integer(0, whole.length - 1)))
  },
  /** Says that it has all of a result when the first bytes may not even have come, and goes. */
  early: (socket) => socket.end(headOf(200, ['Content-Length: 0'])),
} as const satisfies Record<string, Manner>

/** Starts a server on a free port. */
export async function startHostileServer(chance: Chance): Promise<HostileServer> {
  const open = new Set<Socket>()
  let awake = true
  const server = createServer((socket) => {
    open.add(socket)
    // Who asks goes away in the middle, as well as this server does.
    socket.on('error', () => undefined).on('close', () => open.delete(socket))
    let head = ''
    socket.on('data', (chunk: Buffer) => {
      if (head.includes('\r\n\r\n')) return
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      const manner: Manner | undefined = MANNERS[pathOf(head).split('/')[1] as keyof typeof MANNERS]
      if (awake && manner) manner(socket, head, chance)
      else socket.end(headOf(404, ['Content-Length: 0']))
    })
  })
  server.listen(0, '127.0.0.2')
  await once(server, 'listening')
  const endAll = () => open.forEach((socket) => socket.destroy())
  return {
    url: `http://127.0.0.2:${(server.address() as AddressInfo).port}`,
    rest: () => {
      awake = false
      endAll()
    },
    wake: () => void (awake = true),
    close: async () => {
      endAll()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(socket: Socket, head: string, lines: readonly string[]): void {
  socket.write(headOf(200, lines))
  socket.end(isHead(head) ? '' : HOSTILE_CONTENT)
}

function headOf(status: number, lines: readonly string[]): string {
  return [`HTTP/1.1 ${status} Hostile`, 'Connection: close', ...lines, '', ''].join('\r\n')
}

const isHead = (head: string) => head.startsWith('HEAD ')
const pathOf = (head: string) => head.split(' ')[1] ?? '/'
