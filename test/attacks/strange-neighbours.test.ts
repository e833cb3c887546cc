/**
 * A broker whose issuer, group service, registry, Harbor and policy agent have all gone mad, as its users see it: each
 * request is answered in words, none as a mistake of the broker, and all is well with the services again.
 */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { bearer, brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import { breakingServer, httpAnswer, jsonAnswer, kindOf, type BreakingServer } from '../support/breaking-server.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { STRANGE_ANSWERS, strangeJson, WRONG } from '../support/strange-answers.ts'
import { expectSurvival } from '../support/survival.ts'

vi.setConfig({ testTimeout: 60_000 })

const DIGEST = `sha256:${'a'.repeat(64)}`
/** Longer than anything that a service said, or a failure of it, is believed. */
const FORGOTTEN_MS = 2 * 3_600_000

const clock = new FakeClock(Date.now())
let server: BreakingServer
let key: { readonly privateKey: CryptoKey; readonly jwk: object }
let setting: BrokerWithAccounts
let logged: { readonly level: number; readonly msg: string }[]
let strange: { readonly kind: string; readonly answer: Buffer } | undefined
let times = 0

const answers = (): Record<string, Buffer> => ({
  'GET /.well-known/openid-configuration': jsonAnswer({
    issuer: server.url,
    // The keys are asked for anew each time.
    jwks_uri: `${server.url}/keys/${times}`,
  }),
  'GET /keys': jsonAnswer({ keys: [key.jwk] }),
  'GET /gms': httpAnswer(['Content-Length: 7', 'Connection: close'], 'radio\r\n'),
  'HEAD /v2/': httpAnswer([`Docker-Content-Digest: ${DIGEST}`, 'Content-Length: 2', 'Connection: close']),
  'GET /v2/': jsonAnswer({}),
  'GET /api/v2.0/': jsonAnswer({ digest: DIGEST }),
  'POST /v1/data': jsonAnswer({ result: true }),
})
const KINDS = ['.well-known', '/keys', '/gms', 'HEAD /v2/', '/api/v2.0/', '/v1/data']

beforeAll(async () => {
  logged = []
  server = await breakingServer((request) => {
    const all = answers()
    const kind = kindOf(request, Object.keys(all))
    return strange && kind.includes(strange.kind) ? strange.answer : (all[kind] as Buffer)
  })
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  key = { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' } }
  const lines = new Writable({
    write: (line: Buffer, _, done) => {
      logged.push(JSON.parse(String(line)) as (typeof logged)[number])
      done()
    },
  })
  const { host } = new URL(server.url)
  const groupService = { url: `${server.url}/gms`, cacheFor: 'PT1S', whenAway: 'PT1S' }
  const issuer = { issuer: server.url, audience: ['broker'], groupService }
  setting = await brokerWithAccounts(
    {
      identity: { issuers: [issuer] },
      registries: [{ host, plainHttp: true }],
      policies: [
        { type: 'images', name: 'images', allow: [{ registry: host, tag: '*' }] },
        { type: 'harbor', name: 'harbor', registry: host, url: server.url },
        { type: 'opa', name: 'opa', url: `${server.url}/v1/data` },
      ],
    },
    clock,
    pino({ level: 'info' }, lines),
  )
})
beforeEach(() => {
  logged.length = 0
  strange = undefined
})
expectSurvival()
afterAll(async () => {
  await setting.broker.close()
  await server.close()
})

/** Asks for an account and for offers with a new token, where nothing is known of any service any more. */
async function ask() {
  times++
  clock.advance(FORGOTTEN_MS)
  const now = Math.floor(clock.now() / 1_000)
  const token = await new SignJWT({ iss: server.url, aud: 'broker', sub: 'ada', iat: now, exp: now + 600 })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'one' })
    .sign(key.privateKey)
  const caller = setting.as(bearer(token))
  const account = await caller.get<Schemas['Problem']>('/account')
  const image = { locations: [`${new URL(server.url).host}/radio/imager:${times}`] }
  const offers = await caller.post<Schemas['OfferSet']>('/offersets', containerRequest({ image }))
  return { account, offers }
}

describe.each(KINDS)('a service that goes mad at %s', (kind) => {
  const strangest = {
    ...STRANGE_ANSWERS,
    ...Object.fromEntries(WRONG.map((value, at) => [`wrong value ${at}`, jsonAnswer(undefined, strangeJson(value))])),
  }
  it('is told of in words to those whom it concerns, and is believed again', async () => {
    for (const [name, answer] of Object.entries(strangest)) {
      strange = { kind, answer }
      const { account, offers } = await ask()
      for (const { status } of [account, offers]) expect([200, 303, 401, 503], `${name}: ${status}`).toContain(status)
      if (account.status === 503) expect(account.headers.get('retry-after'), name).not.toBeNull()
      server.forget()
    }
    const mistakes = logged.filter(({ msg }) => /unexpectedly|caught by nobody/.test(msg))
    expect(mistakes).toEqual([])
    strange = undefined
    const { account, offers } = await ask()
    expect([account.status, offers.status, offers.body.result]).toEqual([200, 303, 'YES'])
  })
})
