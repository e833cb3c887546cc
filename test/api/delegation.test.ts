/** Data that are fetched, and results that are saved, with tokens of whoever asked for the work. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { bearer, brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const REFRESH = 'refresh-token-of-ada'
const given = (token: string) => ({ access_token: token, token_type: 'Bearer', expires_in: 600 })

let issuer: TokenIssuer
let archive: DataServer
let elsewhere: DataServer
let directory: string
let setting: BrokerWithAccounts
let token: string
let ada: CallerApi
beforeAll(async () => {
  issuer = await tokenIssuer()
  issuer.exchanges.set('archive', given('for-the-archive'))
  issuer.exchanges.set('', {
    access_token: REFRESH,
    issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    token_type: 'N_A',
  })
  issuer.refreshes.set(REFRESH, given('of-ada-again'))
  archive = await startDataServer()
  archive.bearer = 'for-the-archive'
  archive.files.set('/stars.csv', { content: Buffer.from('Vega,0.03\n') })
  elsewhere = await startDataServer()
  directory = mkdtempSync(join(tmpdir(), 'delegation-'))
  const [clientSecretFile, tokenKeysFile] = [join(directory, 'secret'), join(directory, 'keys')]
  writeFileSync(clientSecretFile, 'a secret of the client\n')
  writeFileSync(tokenKeysFile, `${randomBytes(32).toString('base64')}\n`)
  setting = await brokerWithAccounts({
    identity: {
      tokenKeysFile,
      issuers: [
        {
          issuer: issuer.issuer,
          audience: [AUDIENCE],
          exchange: { clientId: 'broker', clientSecretFile },
          services: [{ hosts: ['127.0.0.1'], audience: 'archive' }],
        },
      ],
    },
  })
  token = await issuer.token()
  ada = setting.as(bearer(token))
})
afterAll(async () => {
  await setting.broker.close()
  await archive.close()
  await elsewhere.close()
  await issuer.close()
  rmSync(directory, { recursive: true })
})

const reading = (location: string) => containerRequest({}, { data: [{ kind: KIND.simpleData, location }] })
const authorizations = (server: DataServer, path: string) =>
  server.requests.filter((one) => one.path === path).map(({ headers }) => headers.authorization)

describe('data of a server that asks for a token', () => {
  it('are fetched, and results saved, with one for that server, also when the caller is gone', async () => {
    const result = { kind: KIND.simpleData, meta: { name: 'result' }, location: `${archive.url}/copy.csv` }
    const request = containerRequest(
      { command: ['cp', '/in/content', '/out/content'] },
      {
        data: [
          { kind: KIND.simpleData, meta: { name: 'stars' }, location: `${archive.url}/stars.csv` },
          { ...result, access: 'WRITEONLY' },
        ],
        compute: {
          kind: KIND.simpleCompute,
          volumes: [
            { kind: KIND.simpleVolumeMount, path: '/in', resource: 'stars' },
            { kind: KIND.simpleVolumeMount, path: '/out', resource: 'result' },
          ],
        },
      },
    )
    const offers = await ada.offers(request)
    expect(offers.result).toBe('YES')
    // Whatever is done from now on, the token of the request is not needed for it.
    issuer.exchanges.set('archive', given('for-the-archive-later'))
    archive.bearer = 'for-the-archive-later'
    const uuid = offers.offers?.[0]?.meta.uuid as string
    await ada.setPhase(uuid, 'ACCEPTED')
    const ended = await ada.reaches(uuid, 'COMPLETED')
    archive.bearer = 'for-the-archive'
    expect(String(archive.files.get('/copy.csv')?.content)).toBe('Vega,0.03\n')
    const said = JSON.stringify([offers, ended])
    for (const secret of [REFRESH, 'for-the-archive', 'of-ada-again', token]) expect(said).not.toContain(secret)
    const subjects = issuer.exchanged.map((one) => one.get('subject_token')).filter((one) => one !== null)
    expect([subjects[0], subjects.at(-1)]).toEqual([token, 'of-ada-again'])
  })
  it('cannot be had by whoever came with a password', async () => {
    const answer = await (await setting.user('grace')).offers(reading(`${archive.url}/stars.csv`))
    expect(answer.result).toBe('NO')
    expect(JSON.stringify(answer)).toContain('does not permit reading the data')
  })
  it('that leads elsewhere leads there without the token', async () => {
    archive.faults.set('/moved.csv', [{ redirectsTo: `${elsewhere.url}/stars.csv` }])
    elsewhere.files.set('/stars.csv', { content: Buffer.from('Deneb,1.25\n') })
    expect((await ada.offers(reading(`${archive.url}/moved.csv`))).result).toBe('YES')
    expect(authorizations(archive, '/moved.csv')[0]).toMatch(/^Bearer /)
    expect(authorizations(elsewhere, '/stars.csv')).toEqual([undefined])
  })
  it('are not offered when the issuer gives nothing for later', async () => {
    const refresh = issuer.exchanges.get('') as Record<string, unknown>
    issuer.exchanges.delete('')
    const { status, body } = await ada.post<Schemas['Problem']>('/offersets', reading(`${archive.url}/stars.csv`))
    issuer.exchanges.set('', refresh)
    expect(status).toBe(503)
    expect(body.detail).toContain(issuer.issuer)
  })
})

describe('services of an issuer', () => {
  it('are not served without keys to keep refresh tokens under', async () => {
    const services = [{ hosts: ['archive.example.org'], audience: 'archive' }]
    const clientSecretFile = join(directory, 'secret')
    const one = { issuer: issuer.issuer, audience: [AUDIENCE], exchange: { clientId: 'broker', clientSecretFile } }
    await expect(brokerWithAccounts({ identity: { issuers: [{ ...one, services }] } })).rejects.toThrow(
      /identity\.tokenKeysFile is missing/,
    )
  })
})
