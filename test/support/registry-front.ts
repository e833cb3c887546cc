/** Stands in front of a registry and asks who is asking, as registries do; it can be told to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'

export interface RegistryFront {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** What was asked, in order: the method and the path. */
  readonly asked: string[]
  /** How it asks: for a token, for a name and a password, or not at all. */
  asks: 'bearer' | 'basic' | 'nobody'
  /** What goes wrong. */
  fault: 'none' | 'silent' | 'busy' | 'no-digest' | 'no-token' | 'huge' | 'bad-token' | 'long-token' | 'elsewhere'
  /** The name and password that are right; anybody gets a token while undefined. */
  credentials: { username: string; password: string } | undefined
  /** Takes back every token. */
  forgetTokens(): void
  close(): Promise<void>
}

/** Starts one in front of the registry at a host. */
export async function startRegistryFront(registry: string): Promise<RegistryFront> {
  const tokens = new Set<string>()
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const front: RegistryFront = {
    host,
    asked: [],
    asks: 'bearer',
    fault: 'none',
    credentials: undefined,
    forgetTokens: () => tokens.clear(),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return front

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${host}`)
    front.asked.push(`${request.method} ${url.pathname}`)
    if (front.fault === 'silent') return
    if (front.fault === 'busy') return void response.writeHead(429, { 'retry-after': '60' }).end()
    if (front.fault === 'elsewhere') return void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
    if (url.pathname === '/token') return giveToken(request, response, url)
    if (!isWelcome(request)) {
      const scope = 'repository:radio/imager:pull,push'
      const challenge =
        front.asks === 'basic'
          ? 'Basic realm="here"'
          : `Bearer realm="http://${host}/token",service="${host}",scope="${scope}"`
      return void response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
    if (front.fault === 'huge') return void response.writeHead(200).end(Buffer.alloc(5 * 1_048_576))
    const passed = await fetch(`http://${registry}${url.pathname}`, {
      method: request.method ?? 'GET',
      headers: { accept: request.headers.accept ?? '*/*' },
    })
    const digest =
      front.fault === 'no-digest' ? {} : { 'docker-content-digest': passed.headers.get('docker-content-digest') ?? '' }
    response.writeHead(passed.status, digest).end(Buffer.from(await passed.arrayBuffer()))
  }

  function giveToken(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (front.fault === 'no-token' || (front.credentials && !isKnown(request)))
      return void response.writeHead(401).end()
    if (front.fault === 'bad-token') return void response.writeHead(200).end('{"token":"a\\nb"}')
    const long = front.fault === 'long-token' ? 'x'.repeat(16_384) : ''
    const token = `${long}${url.searchParams.get('service')}.${url.searchParams.get('scope')}.${randomUUID()}`
    tokens.add(token)
    response.writeHead(200).end(JSON.stringify({ token, expires_in: 300 }))
  }

  function isWelcome(request: IncomingMessage): boolean {
    if (front.asks === 'nobody') return true
    if (front.asks === 'basic') return isKnown(request)
    return tokens.has((request.headers.authorization ?? '').replace(/^Bearer /, ''))
  }

  function isKnown(request: IncomingMessage): boolean {
    const { username, password } = front.credentials ?? { username: '', password: '' }
    return request.headers.authorization === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }
}
