import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { bearer, brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { containerRequest, cores } from '../support/api.ts'
import { startGroupService, type GroupService } from '../support/group-service.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

let issuer: TokenIssuer
let other: TokenIssuer
let exchanging: TokenIssuer
let directory: string
let service: GroupService
let setting: BrokerWithAccounts
beforeAll(async () => {
  issuer = await tokenIssuer()
  other = await tokenIssuer()
  exchanging = await tokenIssuer()
  directory = mkdtempSync(join(tmpdir(), 'exchange-'))
  const clientSecretFile = join(directory, 'secret')
  writeFileSync(clientSecretFile, 'a secret of the client\n')
  service = await startGroupService()
  const groupService = { url: service.url, cacheFor: 'PT0.001S', whenAway: 'PT0.001S' }
  setting = await brokerWithAccounts({
    identity: {
      issuers: [
        { issuer: issuer.issuer, audience: [AUDIENCE], operatorGroups: ['site-operators'], groupService },
        { issuer: other.issuer, audience: [AUDIENCE] },
        {
          issuer: exchanging.issuer,
          audience: [AUDIENCE],
          exchange: { clientId: 'broker', clientSecretFile },
          groupService: { ...groupService, audience: 'groups' },
        },
      ],
    },
    policies: [{ type: 'limits', name: 'guests', cores: 1, notGroups: ['radio'] }],
  })
})
afterAll(async () => {
  await setting.broker.close()
  await service.close()
  await issuer.close()
  await other.close()
  await exchanging.close()
  rmSync(directory, { recursive: true })
})

const four = containerRequest({}, { compute: cores(4) })

describe('the groups that a service tells', () => {
  it('decide with the others what somebody may, and are asked for with the own token', async () => {
    const [member, guest] = [await issuer.token({ groups: ['claimed'] }), await issuer.token({ sub: 'guest' })]
    service.members.set(member, ['radio', 'site-operators'])
    const { body } = await setting.as(bearer(member)).get<Schemas['Account']>('/account')
    expect(body.groups).toEqual(['claimed', 'radio', 'site-operators'])
    expect(body.roles).toContain('operator')
    expect((await setting.as(bearer(member)).offers(four)).result).toBe('YES')
    expect((await setting.as(bearer(guest)).offers(four)).result).toBe('NO')
  })
  it('are not asked for with tokens of another issuer', async () => {
    const asked = service.asked.length
    expect((await setting.as(bearer(await other.token())).get('/account')).status).toBe(200)
    expect(service.asked).toHaveLength(asked)
  })
  it('are asked for with a token for that service alone, where the issuer exchanges tokens', async () => {
    exchanging.exchanges.set('groups', { access_token: 'for-groups', token_type: 'Bearer', expires_in: 600 })
    service.members.set('for-groups', ['radio'])
    const token = await exchanging.token()
    const { body } = await setting.as(bearer(token)).get<Schemas['Account']>('/account')
    expect(body.groups).toEqual(['radio'])
    expect(exchanging.exchanged[0]?.get('subject_token')).toBe(token)
  })
  it('that cannot be had let nobody through, and say when to come back', async () => {
    const token = await issuer.token({ sub: 'somebody' })
    service.fault = 'broken'
    const { status, headers, body } = await setting.as(bearer(token)).get<Schemas['Problem']>('/account')
    expect([status, headers.get('Retry-After')]).toEqual([503, '5'])
    expect(body.detail).toMatch(/^The groups at 127\.0\.0\.1:\d+ cannot be looked up now/)
    expect(JSON.stringify(body)).not.toContain(token)
    service.fault = 'none'
    expect((await setting.as(bearer(token)).get('/account')).status).toBe(200)
  })
})
