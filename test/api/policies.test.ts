import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KIND } from '../../src/protocol/kinds.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { allText, Api, containerRequest, messageNames } from '../support/api.ts'
import { testBroker } from '../support/broker.ts'
import { registryMissing, TestRegistry } from '../support/registry.ts'
import { startRegistryFront, type RegistryFront } from '../support/registry-front.ts'

const image = (...locations: string[]) => containerRequest({ image: { locations } })

let setting: BrokerWithAccounts
beforeAll(async () => {
  setting = await brokerWithAccounts({
    policies: [
      {
        type: 'images',
        name: 'site',
        resolve: false,
        allow: [{ registry: 'example.org' }, { registry: 'registry.example.org' }],
      },
      {
        type: 'images',
        name: 'radio',
        groups: ['radio'],
        resolve: false,
        allow: [{ registry: 'registry.example.org', project: 'radio' }],
      },
    ],
  })
})
afterAll(() => setting.broker.close())

describe('a white list of images', () => {
  it('makes the answer NO, with every reason and the name of the policy', async () => {
    const { result, meta, offers } = await setting.admin.offers(
      image('evil.example.org/x:1', 'evil.example.org/other:2'),
    )
    expect([result, offers]).toEqual(['NO', undefined])
    expect(messageNames({ meta })).toEqual(['policy-image', 'policy-image'])
    expect(meta.messages?.[0]?.message).toBe(
      'The image evil.example.org/x:1 of /executable/image/locations/0 may not be run here: its repository is not on the white list (policy site).',
    )
  })
  it('refuses a direct run with the same words', async () => {
    const { status, body } = await setting.admin.post<Schemas['Execution']>(
      '/executions',
      image('evil.example.org/x:1'),
    )
    expect(status).toBe(400)
    expect([body.phase, allText(body).join()]).toEqual(['FAILED', expect.stringContaining('(policy site)')])
  })
  it('lets everything else through, from the places that are allowed alone', async () => {
    const { offers = [], meta } = await setting.admin.offers(image('evil.example.org/x:1', 'example.org/test:1'))
    expect(offers[0]?.executable).toMatchObject({ image: { locations: ['example.org/test:1'] } })
    expect(messageNames({ meta })).toContain('image-narrowed')
    const accepted = await setting.admin.setPhase(offers[0]?.meta.uuid ?? '', 'ACCEPTED')
    expect(accepted.status).toBe(200)
  })
  it('can be for the members of a group', async () => {
    const ada = await setting.user('ada', { groups: ['radio'] })
    const bob = await setting.user('bob', { groups: ['optical'] })
    const request = image('registry.example.org/optical/x:1')
    expect((await ada.offers(request)).result).toBe('NO')
    expect((await bob.offers(request)).result).toBe('YES')
    expect((await ada.offers(image('registry.example.org/radio/x:1'))).result).toBe('YES')
  })
  it('is counted among the figures', async () => {
    const { body } = await setting.admin.get<string>('/metrics')
    expect(body).toMatch(/broker_policy_verdicts_total\{policy="site",moment="offer",decision="deny"\} [1-9]/)
    expect(body).toMatch(/broker_policy_verdicts_total\{policy="site",moment="accept",decision="allow"\} 1/)
    expect(body).not.toMatch(/broker_policy_failures_total\{/)
  })
})

describe.skipIf(registryMissing)('an image of a registry', () => {
  let registry: TestRegistry
  let front: RegistryFront
  let site: BrokerWithAccounts
  beforeAll(async () => {
    registry = await TestRegistry.start()
    front = await startRegistryFront(registry.host)
    site = await brokerWithAccounts({
      policies: [{ type: 'images', name: 'site', allow: [{ registry: front.host, project: 'radio', tag: '1.*' }] }],
      registries: [{ host: front.host, plainHttp: true }],
    })
  })
  afterAll(async () => {
    await site.broker.close()
    await front.close()
    await registry.close()
  })

  it('is offered, accepted and run as what its tag meant when it was asked for', async () => {
    const { digest } = await registry.push('radio/imager', '1.2', Buffer.from('before'))
    const location = `${front.host}/radio/imager:1.2`
    const { offers = [], meta } = await site.admin.offers(image(location))
    expect(offers[0]?.executable).toMatchObject({ image: { locations: [location], digest } })
    expect(meta.messages?.map(({ message }) => message)).toContainEqual(expect.stringContaining(digest))
    await registry.push('radio/imager', '1.2', Buffer.from('after'))
    const uuid = offers[0]?.meta.uuid ?? ''
    const { status, body } = await site.admin.setPhase(uuid, 'ACCEPTED')
    expect([status, body.executable]).toMatchObject([200, { image: { digest } }])
  })
  it('that is not there is refused, and a registry that is away lets nothing through', async () => {
    const { meta: missing } = await site.admin.offers(image(`${front.host}/radio/imager:1.9`))
    expect(missing.messages?.[0]?.message).toMatch(/has no such image \(policy site\)/)
    front.fault = 'busy'
    const { result, meta } = await site.admin.offers(image(`${front.host}/radio/imager:1.3`))
    front.fault = 'none'
    expect([result, messageNames({ meta })]).toEqual(['NO', ['policy-failed']])
    const { body } = await site.admin.get<string>('/metrics')
    expect(body).toMatch(/broker_policy_failures_total\{policy="site"\} 1/)
  })
})

describe('a policy that has changed its mind', () => {
  it('is asked again when an offer is accepted, which stays open, and cannot be accepted in a set either', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'policies-'))
    const file = join(directory, 'policy.mjs')
    const reasons = "['the night is over']"
    writeFileSync(file, `export default ({ moment }) => ({ allow: moment === 'offer', reasons: ${reasons} })`)
    const broker = await testBroker({ policies: [{ type: 'module', name: 'night', file }] })
    try {
      const api = new Api(broker.url)
      const { meta, offers: [offer] = [] } = await api.offers(image('example.org/test:1'))
      const uuid = offer?.meta.uuid ?? ''
      const choice = { kind: KIND.stringUpdate, path: 'accepted', value: uuid }
      const refused = [await api.setPhase(uuid, 'ACCEPTED'), await api.post(`/offersets/${meta.uuid}`, choice)]
      for (const { status, body } of refused)
        expect([status, body]).toMatchObject([
          403,
          { detail: 'This is not allowed here: the night is over (policy night).' },
        ])
      expect((await api.execution(uuid)).phase).toBe('OFFERED')
    } finally {
      await broker.close()
      rmSync(directory, { recursive: true })
    }
  })
})

describe('policies that cannot be understood', () => {
  it.each([
    [[{ type: 'images', name: 'site' }], /policies\.0 must have required property 'allow'/],
    [[{ type: 'images', name: 'site', allow: [{}] }], /policies\.0\.allow\.0 must NOT have fewer than 1 properties/],
    [[{ type: 'images', name: 'site', allow: [{ host: 'x' }] }], /policies\.0\.allow\.0\.host is not a key/],
    [[{ type: 'images', name: 'site', allow: [{ versions: 'new' }] }], /site\.allow\.0\.versions is not a range/],
    [[{ type: 'magic', name: 'site' }], /policies\.0\.type must be one of/],
    [Array(2).fill({ type: 'images', name: 'site', allow: [] }), /two policies are called site/],
  ])('stop the start: %j', async (policies, said) => {
    await expect(testBroker({ policies })).rejects.toThrow(said)
  })
})
