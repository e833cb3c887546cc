/**
 * Stands between a broker and its engine, and holds questions where a test wants the broker to be killed: before the
 * engine hears of them, or after it has done what they ask and before the broker hears of that.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Hold {
  readonly when: 'before' | 'after'
  readonly question: RegExp
  readonly reached: () => void
}

export interface EngineProxy {
  /** The socket for the broker. */
  readonly address: string
  /** Lets no question through that changes anything, until `resume`. */
  pause(): void
  resume(): void
  /**
   * Holds the next question of this kind for as long as whoever asked it lives; resolves when there is one. A question is
   * `<method> <path with query>`, where containers have their names in the place of their ids.
   */
  hold(when: Hold['when'], question: RegExp): Promise<void>
  /** How many questions are held whose askers still wait. */
  readonly holding: number
  close(): Promise<void>
}

/** Starts a proxy to the engine at a socket. */
export async function engineProxy(engine: string): Promise<EngineProxy> {
  const directory = mkdtempSync(join(tmpdir(), 'engine-'))
  const address = join(directory, 'engine.sock')
  const holds = new Set<Hold>()
  const names = new Map<string, string>()
  let open = Promise.resolve()
  let openNow = () => {}
  let holding = 0

  const server = createServer((request, response) => {
    // A broker that is killed leaves its questions behind.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    void forward(request, response)
  })

  function held(when: Hold['when'], question: string, response: ServerResponse): boolean {
    const hold = [...holds].find((one) => one.when === when && one.question.test(question))
    if (!hold) return false
    holds.delete(hold)
    holding += 1
    response.once('close', () => (holding -= 1))
    hold.reached()
    return true
  }

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request
    if (method !== 'GET' && method !== 'HEAD') await open
    const [, id = ''] = /^\/containers\/([0-9a-f]{64})/.exec(url) ?? []
    const question = `${method} ${url.replace(id, names.get(id) ?? id)}`
    if (held('before', question, response)) return
    const upstream = ask({ socketPath: engine, method, path: url, headers }, (answer) => {
      if (method === 'POST' && url.startsWith('/containers/create'))
        answer.on('data', (bytes: Buffer) => noteName(url, bytes))
      if (held('after', question, response)) {
        answer.resume()
        return
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.on('error', () => response.destroy()).pipe(response)
    })
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }

  function noteName(url: string, answer: Buffer): void {
    const [, id] = /"Id":"([0-9a-f]{64})"/.exec(answer.toString()) ?? []
    const name = new URLSearchParams(url.split('?')[1]).get('name')
    if (id && name) names.set(id, name)
  }

  server.listen(address)
  await once(server, 'listening')
  return {
    address,
    pause: () => {
      open = new Promise((resolve) => (openNow = resolve))
    },
    resume: () => openNow(),
    get holding() {
      return holding
    },
    hold: (when, question) => new Promise((reached) => holds.add({ when, question, reached })),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(directory, { recursive: true })
    },
  }
}
