/** With a provider that others wrote, so that what it says is not what we think that it would. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { bearer, brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import {
  BROKER_CLIENT,
  OPAQUE_RESOURCE,
  openIdProvider,
  RESOURCE,
  type OpenIdProvider,
} from '../support/openid-provider.ts'

let provider: OpenIdProvider
let setting: BrokerWithAccounts
let directory: string
beforeAll(async () => {
  // Only what time it is: how long answers are kept is a matter of the clock of the machine there.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  provider = await openIdProvider({ pipeline: ['/radio'], overseer: ['/radio', '/compute/operators'] })
  directory = mkdtempSync(join(tmpdir(), 'provider-'))
  const clientSecretFile = join(directory, 'secret')
  writeFileSync(clientSecretFile, `${BROKER_CLIENT.secret}\n`)
  setting = await brokerWithAccounts({
    identity: {
      issuers: [
        {
          issuer: provider.issuer,
          audience: [RESOURCE],
          operatorGroups: ['/compute/operators'],
          introspection: { clientId: BROKER_CLIENT.id, clientSecretFile },
        },
      ],
    },
  })
})
afterAll(async () => {
  vi.useRealTimers()
  await setting.broker.close()
  await provider.close()
  rmSync(directory, { recursive: true })
})

const account = (token: string) => setting.as(bearer(token)).get<Schemas['Account']>('/account')
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000)

describe('a program with a token of an OpenID provider', () => {
  it('is known, with its groups and the roles that they bring', async () => {
    const { status, body } = await account(await provider.token('pipeline'))
    expect([status, body]).toMatchObject([
      200,
      { username: 'pipeline', issuer: provider.issuer, groups: ['/radio'], roles: ['user'], means: 'oidc' },
    ])
    expect((await account(await provider.token('overseer'))).body.roles).toEqual(['user', 'operator'])
  })
  it('is the same account with each of its tokens, and runs something', async () => {
    const [first, second] = [await provider.token('pipeline'), await provider.token('pipeline')]
    expect(second).not.toBe(first)
    const uuid = await setting.as(bearer(first)).run(containerRequest())
    expect((await setting.as(bearer(second)).execution(uuid)).meta.uuid).toBe(uuid)
    expect((await setting.as(bearer(await provider.token('overseer'))).get('/admin/pools')).status).toBe(200)
  })
  it('is refused with a token for another service', async () => {
    expect((await account(await provider.token('pipeline', 'https://elsewhere.example.org/'))).status).toBe(401)
  })
  it('is let in while its token is good', async () => {
    const token = await provider.token('pipeline')
    later(3_600 + 59)
    expect((await account(token)).status).toBe(200)
    later(2)
    expect((await account(token)).status).toBe(401)
  })
})

describe('an opaque token of an OpenID provider', () => {
  it('lets in until it is taken back', async () => {
    const token = await provider.token('pipeline', OPAQUE_RESOURCE)
    expect(token.split('.')).toHaveLength(1)
    expect((await account(token)).body).toMatchObject({ means: 'introspection', groups: ['/radio'] })
    await provider.revoke('pipeline', token)
    later(61)
    expect((await account(token)).status).toBe(401)
  })
})

describe('an OpenID provider that changes its keys', () => {
  it('is believed by its new ones soon, and by its old ones no longer', async () => {
    const before = await provider.token('pipeline')
    expect((await account(before)).status).toBe(200)
    await provider.rotate()
    const after = await provider.token('pipeline')
    // Keys that were asked for just now are not asked for again at once.
    later(11)
    expect((await account(after)).status).toBe(200)
    expect((await account(before)).status).toBe(401)
  })
})
