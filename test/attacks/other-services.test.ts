/**
 * The services that decide for the broker: registries, issuers of tokens, Harbor, Open Policy Agent, services of groups.
 * Whatever they answer and wherever they break off, what depends on them is refused in words, no mistake of the broker is
 * seen in it, and it goes on with the next answer.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { Agent } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { AddressGuard } from '../../src/data/address-guard.ts'
import { guardedAgent } from '../../src/data/guarded-agent.ts'
import type { Account } from '../../src/domain/account.ts'
import { BrokerError } from '../../src/domain/errors.ts'
import { GmsGroups } from '../../src/identity/gms/gms-groups.ts'
import { Issuer } from '../../src/identity/oidc/issuer.ts'
import { OidcIdentity } from '../../src/identity/oidc/oidc-identity.ts'
import { TokenExchange } from '../../src/identity/oidc/token-exchange.ts'
import { HarborClient } from '../../src/policies/harbor/harbor-client.ts'
import { HarborPolicy } from '../../src/policies/harbor/harbor-policy.ts'
import { OpaPolicy } from '../../src/policies/opa/opa-policy.ts'
import { PolicyChain } from '../../src/policies/policy-chain.ts'
import type { Policy } from '../../src/policies/policy.ts'
import { RegistryClient } from '../../src/registries/registry-client.ts'
import {
  breakAtEveryByte,
  breakingServer,
  httpAnswer,
  jsonAnswer,
  kindOf,
  type BreakingServer,
} from '../support/breaking-server.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { asked, imageRequest } from '../support/policies.ts'
import { STRANGE_ANSWERS, strangeJson, variants } from '../support/strange-answers.ts'
import { expectSurvival } from '../support/survival.ts'

vi.setConfig({ testTimeout: 60_000 })

const agent = new Agent()
const guarded = guardedAgent({
  guard: new AddressGuard({ allowedNetworks: [] }),
  connectTimeoutMs: 2_000,
  idleTimeoutMs: 2_000,
})
const signal = new AbortController().signal
const clock = new FakeClock()
const DIGEST = `sha256:${'a'.repeat(64)}`
let server: BreakingServer
let key: { readonly jwk: object; readonly token: string }
beforeAll(async () => {
  server = await breakingServer(() => '')
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const times = { iat: clock.now() / 1_000, exp: clock.now() / 1_000 + 600 }
  const token = await new SignJWT({ iss: server.url, aud: 'broker', sub: 'ada', ...times })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'one' })
    .sign(privateKey)
  key = { jwk: { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }, token }
})
// The hook below, which is declared later, runs before its check.
expectSurvival()
afterEach(() => {
  server.breaksAfter = Infinity
  server.forget()
})
afterAll(() => Promise.all([server.close(), agent.close(), guarded.close()]))

/** A service that is asked for something. */
interface Service {
  /** The documents of its good answers by the beginning of the request that they answer. */
  readonly documents: () => Readonly<Record<string, unknown>>
  /** Answers that are no documents. */
  readonly others?: () => Readonly<Record<string, Buffer>>
  /** Asks anew, and gives what the good answers mean. */
  readonly ask: () => Promise<unknown>
  readonly good: unknown
  /** The codes of the refusals that it may come to. */
  readonly refused: readonly BrokerError['code'][]
}

const discovery = () => ({
  issuer: server.url,
  jwks_uri: `${server.url}/keys`,
  introspection_endpoint: `${server.url}/introspect`,
  token_endpoint: `${server.url}/token`,
})
const METADATA = 'GET /.well-known/openid-configuration'
const client = { clientId: 'broker', clientSecret: 'a secret' }
const issuer = () =>
  new Issuer(
    {
      ...{
        issuer: server.url,
        audience: ['broker'],
        algorithms: ['ES256'],
        usernameClaim: 'name',
        groupsClaim: 'groups',
      },
      ...{ operatorGroups: [], adminGroups: [], introspection: client, exchange: client },
    },
    clock,
    0,
  )
async function ownerOf(token: string): Promise<unknown> {
  const account = { id: 'a1', username: 'ada', roles: ['user'], groups: [] } as unknown as Account
  const identity = new OidcIdentity({ clock, realm: 'broker', issuers: [issuer()], provision: async () => account })
  const headers = { authorization: `Bearer ${token}` }
  return (await identity.identify({ headers, peer: '127.0.0.1', address: '127.0.0.1' }))?.owner
}

/** The answer of a policy; a failure of it is one that the operator is told of. */
async function judged(policy: Policy, location: string): Promise<unknown> {
  const failures: unknown[] = []
  const watch = { answered: () => undefined, failed: (_: string, error: unknown) => void failures.push(error) }
  const { request, messages } = await new PolicyChain([policy], watch, 60_000).judge(asked(imageRequest([location])))
  if (failures.length === 0) return request ? 'allowed' : 'denied'
  // The words of Node for what is a mistake in a program.
  for (const error of failures)
    expect(error).not.toSatisfy((one) => one instanceof TypeError || one instanceof RangeError)
  throw new BrokerError('POLICY_DENIED', messages.map(({ text }) => text).join(' '))
}

const TOKENS: Service['refused'] = ['UNAVAILABLE']
const SERVICES: Readonly<Record<string, Service>> = {
  'a registry': {
    documents: () => ({ 'GET /token': { token: 'abc', expires_in: 300 } }),
    others: () => {
      const challenge = `WWW-Authenticate: Bearer realm="${server.url}/token",service="here"`
      return {
        'HEAD /v2/ + authorization: bearer abc': httpAnswer(['Content-Length: 2']),
        'HEAD /v2/': httpAnswer([challenge, 'Content-Length: 0'], '', '401 Unauthorized'),
        'GET /v2/': httpAnswer(['Content-Length: 2'], '{}'),
      }
    },
    ask: () =>
      new RegistryClient({
        ...{ clock, agent, guardedAgent: guarded, answerWithinMs: 10_000 },
        registries: [{ host: new URL(server.url).host, plainHttp: true, credentials: undefined }],
      }).resolve({ repository: `${new URL(server.url).host}/radio/imager`, tag: '1' }, signal),
    good: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    refused: ['UNAVAILABLE', 'IMAGE_UNAVAILABLE'],
  },
  'the keys of an issuer': {
    documents: () => ({ [METADATA]: discovery(), 'GET /keys': { keys: [key.jwk] } }),
    ask: () => ownerOf(key.token),
    good: 'a1',
    refused: ['UNAVAILABLE', 'UNAUTHENTICATED'],
  },
  'an issuer of opaque tokens': {
    documents: () => ({
      [METADATA]: discovery(),
      'POST /introspect': { active: true, sub: 'ada', aud: ['broker'], iss: server.url, exp: clock.now(), name: 'ada' },
    }),
    ask: () => ownerOf('opaque'),
    good: 'a1',
    refused: ['UNAVAILABLE', 'UNAUTHENTICATED'],
  },
  'an issuer that exchanges tokens': {
    documents: () => ({
      [METADATA]: discovery(),
      'POST /token': { access_token: 'abc', token_type: 'Bearer', expires_in: 60, issued_token_type: 'x' },
    }),
    ask: () => new TokenExchange(issuer(), clock).tokenFor('groups', 'of ada'),
    good: 'abc',
    refused: TOKENS,
  },
  'an issuer that gives refresh tokens': {
    documents: () => ({
      [METADATA]: discovery(),
      'POST /token': {
        access_token: 'abc',
        issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
        token_type: 'N_A',
      },
    }),
    ask: () => issuer().delegate('of ada'),
    good: 'abc',
    refused: TOKENS,
  },
  'an issuer that takes refresh tokens': {
    documents: () => ({
      [METADATA]: discovery(),
      'POST /token': { access_token: 'abc', token_type: 'bearer', expires_in: 60, refresh_token: 'def' },
    }),
    ask: async () => (await issuer().refresh('def')).token,
    good: 'abc',
    refused: TOKENS,
  },
  'a service of groups': {
    documents: () => ({}),
    others: () => ({
      'GET /gms': httpAnswer(['Cache-Control: max-age=60', 'Content-Length: 14'], 'radio\r\nadmin\r\n'),
    }),
    ask: async () =>
      (
        await new GmsGroups({
          ...{ url: `${server.url}/gms`, groups: undefined, answerWithinMs: 10_000, cacheMs: 0, whenAwayMs: 0 },
          ...{ tokenFor: async (token: string) => token, clock, dispatcher: agent },
        }).of('ada')
      ).includes('admin'),
    good: true,
    refused: ['UNAVAILABLE'],
  },
  'a Harbor': {
    documents: () => ({
      'GET /api/v2.0/projects?': [{ name: 'radio' }],
      'GET /api/v2.0/projects/': {
        digest: DIGEST,
        labels: [{ name: 'batch' }],
        accessories: [{ type: 'signature.cosign' }],
        scan_overview: { report: { scan_status: 'Success', severity: 'Low' } },
      },
    }),
    ask: () =>
      judged(
        new HarborPolicy({
          ...{ name: 'harbor', registry: 'harbor.example.org', projects: undefined, publicOnly: true },
          ...{ labels: ['batch'], signed: true, severity: 'medium' as const },
          client: new HarborClient({
            ...{ url: server.url, credentials: undefined, answerWithinMs: 10_000, cacheMs: 0, whenAwayMs: 0 },
            ...{ clock, agent },
          }),
        }),
        'harbor.example.org/radio/imager:1',
      ),
    good: 'allowed',
    refused: ['POLICY_DENIED'],
  },
  'an Open Policy Agent': {
    documents: () => ({ 'POST /v1/data': { result: { allow: true, reasons: ['none'], cap: { cores: 4 } } } }),
    ask: () =>
      judged(
        new OpaPolicy({ name: 'opa', url: `${server.url}/v1/data`, answerWithinMs: 10_000, token: undefined, agent }),
        'example.org/radio/imager:1',
      ),
    good: 'allowed',
    refused: ['POLICY_DENIED'],
  },
}

describe.each(Object.entries(SERVICES))('%s', (_, { documents, others, ask, good, refused }) => {
  const answers = (): Record<string, Buffer> => ({
    ...others?.(),
    ...Object.fromEntries(Object.entries(documents()).map(([kind, document]) => [kind, jsonAnswer(document)])),
  })
  /** The answers, and another one to the requests that begin so. */
  const answering = (kind?: string, strange?: Buffer) => {
    const all = { ...answers(), ...(kind !== undefined && strange ? { [kind]: strange } : {}) }
    server.answer = (request) => all[kindOf(request, Object.keys(all))] as Buffer
  }
  /** Asks where the answer may be anything: what it comes to is good, another answer of its kind, or a refusal in words. */
  const survives = async (where: string) => {
    try {
      expect(typeof (await ask()), where).toBe(typeof good)
    } catch (error) {
      if (!(error instanceof BrokerError)) throw new Error(where, { cause: error })
      expect(refused, `${where}: ${error.detail}`).toContain(error.code)
      expect(error.detail.length, where).toBeLessThan(1_000)
    }
  }
  const goesOn = async () => {
    server.breaksAfter = Infinity
    server.forget()
    answering()
    expect(await ask()).toEqual(good)
  }

  it('that breaks off at any byte is told as such, and believed again afterwards', async () => {
    await goesOn()
    await breakAtEveryByte(server, answers(), survives)
    await goesOn()
  })
  it('that answers what no good server does is told as such, and believed again afterwards', async () => {
    for (const kind of Object.keys(answers())) {
      for (const [strange, answer] of Object.entries(STRANGE_ANSWERS)) {
        answering(kind, answer)
        await survives(`${strange} to ${kind}`)
        server.forget()
      }
    }
    await goesOn()
  })
  it('whose documents have anything anywhere is told as such, and believed again afterwards', async () => {
    for (const [kind, document] of Object.entries(documents())) {
      for (const variant of variants(document)) {
        const text = strangeJson(variant)
        answering(kind, jsonAnswer(undefined, text))
        await survives(`${text.slice(0, 200)} to ${kind}`)
      }
    }
    await goesOn()
  })
})

it('the keys of an issuer are read up to the length that keys have, and not for as long as it sends', async () => {
  const ALL = 64
  let given = 0
  function* much() {
    for (; given < ALL; given++) yield Buffer.alloc(1_048_576, ' ')
  }
  const sender = createServer((_, response) => void pipeline(Readable.from(much()), response, () => undefined))
  await once(sender.listen(0, '127.0.0.1'), 'listening')
  const document = { ...discovery(), jwks_uri: `http://127.0.0.1:${(sender.address() as AddressInfo).port}/keys` }
  server.answer = () => jsonAnswer(document)
  await expect(ownerOf(key.token)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  sender.closeAllConnections()
  sender.close()
  await once(sender, 'close')
  expect(given).toBeLessThan(ALL)
})
