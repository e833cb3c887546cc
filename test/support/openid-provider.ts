/** A real OpenID provider for tests: it issues tokens to programs (client_credentials), tells of opaque ones, and changes its keys. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import Provider from 'oidc-provider'

/** The audience of its tokens, which is the resource that a client asks them for; every other resource has its own. */
export const RESOURCE = 'https://broker.example.org/'
/** Tokens for this resource are opaque. */
export const OPAQUE_RESOURCE = 'https://broker.example.org/opaque'
export const BROKER_CLIENT = { id: 'broker', secret: 'what the broker is known by to the provider' }

export interface OpenIdProvider {
  readonly issuer: string
  /** A token for a client, asked for as any program would. */
  token(client: string, resource?: string): Promise<string>
  /** Takes a token back (RFC 7009). */
  revoke(client: string, token: string): Promise<void>
  /** Signs with a new key from now on, and tells of the old one no longer. */
  rotate(): Promise<void>
  close(): Promise<void>
}

const secretOf = (client: string) => `the secret of ${client}, which is long enough`

/** Starts a provider; the clients are in these groups. */
export async function openIdProvider(groups: Readonly<Record<string, readonly string[]>>): Promise<OpenIdProvider> {
  let answer: RequestListener = () => undefined
  const server = createServer((request, response) => answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let number = 0
  const rotate = async () => {
    const keys = [await newKey(`key-${(number += 1)}`)]
    answer = new Provider(issuer, configuration(keys, groups)).callback()
  }
  await rotate()
  const post = async (client: string, path: string, fields: Record<string, string>) => {
    const credentials = [client, secretOf(client)].map(encodeURIComponent).join(':')
    const response = await fetch(issuer + path, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams(fields),
    })
    if (!response.ok) throw new Error(`the provider answered ${response.status}: ${await response.text()}`)
    return response
  }
  return {
    issuer,
    rotate,
    token: async (client, resource = RESOURCE) => {
      const response = await post(client, '/token', { grant_type: 'client_credentials', resource })
      return ((await response.json()) as { access_token: string }).access_token
    },
    revoke: async (client, token) => {
      await (await post(client, '/token/revocation', { token })).text()
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }
}

function configuration(keys: readonly JWK[], groups: Readonly<Record<string, readonly string[]>>) {
  const program = (id: string, secret: string) => ({
    client_id: id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'ES256',
  })
  return {
    jwks: { keys },
    clients: [
      ...Object.keys(groups).map((id) => program(id, secretOf(id))),
      program(BROKER_CLIENT.id, BROKER_CLIENT.secret),
    ],
    extraTokenClaims: (_: unknown, { clientId }: { clientId: string }) => ({ groups: groups[clientId] ?? [] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, resource: string) => ({
          scope: '',
          audience: resource === OPAQUE_RESOURCE ? RESOURCE : resource,
          accessTokenFormat: resource === OPAQUE_RESOURCE ? 'opaque' : 'jwt',
          accessTokenTTL: 3_600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    ttl: { ClientCredentials: 3_600 },
    cookies: { keys: ['a key that is used for nothing here'] },
  }
}
