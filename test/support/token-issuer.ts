/** An OpenID provider for tests that can be told to misbehave. Its tokens say what a test wants them to say. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'

export interface TokenIssuer {
  readonly issuer: string
  /** A token that is good for an hour; what is given takes the place of what it would say. */
  token(claims?: JWTPayload, header?: { alg?: string; typ?: string; kid?: string }): Promise<string>
  /** Takes a new key, and forgets the old one. */
  rotate(): Promise<void>
  /** What it says of opaque tokens. */
  readonly opaque: Map<string, Record<string, unknown>>
  /** What it gives for the token of somebody, by audience; the client is `broker` with the secret `a secret of the client`. */
  readonly exchanges: Map<string, Record<string, unknown>>
  /** What it gives for a refresh token, to the same client. In `exchanges`, the empty audience is for refresh tokens. */
  readonly refreshes: Map<string, Record<string, unknown>>
  /** The parameters of the exchanges that it was asked for. */
  readonly exchanged: URLSearchParams[]
  /** What it says of itself, in the place of the truth. */
  lies: Record<string, unknown>
  /** Answers everything with this status; 0 for what is right. */
  fails: number
  /** How often it was asked, by path. */
  readonly asked: Map<string, number>
  close(): Promise<void>
}

export const AUDIENCE = 'execution-broker'

export async function tokenIssuer(): Promise<TokenIssuer> {
  let number = 0
  let key: { kid: string; privateKey: CryptoKey; jwk: object }
  const rotate = async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const kid = `key-${(number += 1)}`
    key = { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
  }
  await rotate()
  const opaque = new Map<string, Record<string, unknown>>()
  const exchanges = new Map<string, Record<string, unknown>>()
  const refreshes = new Map<string, Record<string, unknown>>()
  const exchanged: URLSearchParams[] = []
  const asked = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.set(path, (asked.get(path) ?? 0) + 1)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const parameters = new URLSearchParams(Buffer.concat(chunks).toString())
      const token = parameters.get('token') ?? ''
      const answers: Record<string, unknown> = {
        '/.well-known/openid-configuration': {
          issuer,
          jwks_uri: `${issuer}/keys`,
          introspection_endpoint: `${issuer}/introspect`,
          token_endpoint: `${issuer}/token`,
          ...state.lies,
        },
        '/keys': { keys: [key.jwk] },
        '/introspect': opaque.get(token) ?? { active: false },
        '/token': path === '/token' ? exchange(parameters, request.headers.authorization) : undefined,
      }
      const body = answers[path]
      const status = state.fails || (body === undefined ? (path === '/token' ? 400 : 404) : 200)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body ?? {}))
    })
  })
  // RFC 8693: who asks, what for, and in whose name.
  const exchange = (parameters: URLSearchParams, authorization: string | undefined) => {
    exchanged.push(parameters)
    const client = Buffer.from(['broker', 'a secret of the client'].map(encodeURIComponent).join(':')).toString(
      'base64',
    )
    if (authorization !== `Basic ${client}`) return undefined
    if (parameters.get('grant_type') === 'refresh_token') return refreshes.get(parameters.get('refresh_token') ?? '')
    const isExchange = parameters.get('grant_type') === 'urn:ietf:params:oauth:grant-type:token-exchange'
    const good = isExchange && parameters.has('subject_token') && parameters.has('subject_token_type')
    return good ? exchanges.get(parameters.get('audience') ?? '') : undefined
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state: TokenIssuer = {
    issuer,
    opaque,
    exchanges,
    refreshes,
    exchanged,
    asked,
    lies: {},
    fails: 0,
    rotate,
    token: (claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000)
      const usual = {
        iss: issuer,
        aud: AUDIENCE,
        sub: 'ada-0001',
        preferred_username: 'ada',
        iat: now,
        exp: now + 3600,
      }
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
        .sign(key.privateKey)
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return state
}
