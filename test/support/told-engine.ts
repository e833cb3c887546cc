/** An engine that answers as it is told, on a socket of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ToldEngine {
  readonly socket: string
  readonly close: () => void
}

export async function toldEngine(answer: RequestListener): Promise<ToldEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'engine-'))
  const socket = join(directory, 'engine.sock')
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true })
  }
  return { socket, close }
}
