/** A connection to a server, such as that of a database, that can be cut and mended, also after so many bytes. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { Break } from './breaking-server.ts'

export interface Cable {
  /** The URL of the server, through the cable. */
  readonly url: string
  /** Number of bytes that the server has sent through it so far. */
  readonly carried: number
  /** Lets so many bytes more come from the server, breaks all connections then, and lets no other in until it is mended. */
  cut(how?: Break, afterBytes?: number): void
  mend(): void
  end(): Promise<void>
}

/** Lays one to the server of a URL. */
export async function cableTo(server: string): Promise<Cable> {
  const { hostname, port } = new URL(server)
  const sockets = new Set<Socket>()
  let cutting: { readonly how: Break; readonly at: number } | undefined
  let carried = 0
  const isCut = () => cutting !== undefined && carried >= cutting.at
  const breakAll = () => {
    for (const socket of sockets) {
      if (cutting?.how === 'stalls') socket.unpipe().pause()
      else if (cutting?.how === 'resets') socket.resetAndDestroy()
      else socket.destroy()
    }
  }
  /** Passes bytes on as long as they may. */
  const metered = () =>
    new Transform({
      transform(chunk: Buffer, _, done) {
        const passing = cutting ? chunk.subarray(0, Math.max(0, cutting.at - carried)) : chunk
        carried += passing.length
        if (passing.length > 0) this.push(passing)
        // What was passed on is on the wire before it is cut.
        if (isCut()) setImmediate(breakAll)
        else done()
      },
    })
  const relay = createServer((client) => {
    if (isCut() && cutting?.how !== 'stalls') return void client.resetAndDestroy()
    const far = connect(Number(port), hostname)
    const tie = (one: Socket, other: Socket) => {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    tie(client, far)
    tie(far, client)
    if (isCut()) return
    client.pipe(far)
    far.pipe(metered()).pipe(client)
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const through = new URL(server)
  through.host = `127.0.0.1:${(relay.address() as AddressInfo).port}`
  const cut = (how: Break = 'closes', afterBytes = 0) => {
    cutting = { how, at: carried + afterBytes }
    if (isCut()) breakAll()
  }
  return {
    url: through.href,
    get carried() {
      return carried
    },
    cut,
    mend: () => {
      const stalled = cutting?.how === 'stalls'
      cutting = undefined
      // What was silent for so long is not heard any more.
      if (stalled) for (const socket of sockets) socket.destroy()
    },
    end: async () => {
      cut()
      relay.close()
      await once(relay, 'close')
    },
  }
}
