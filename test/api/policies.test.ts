import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { allText, containerRequest, messageNames } from '../support/api.ts'
import { testBroker } from '../support/broker.ts'

const image = (...locations: string[]) => containerRequest({ image: { locations } })

let setting: BrokerWithAccounts
beforeAll(async () => {
  setting = await brokerWithAccounts({
    policies: [
      { type: 'images', name: 'site', allow: [{ registry: 'example.org' }, { registry: 'registry.example.org' }] },
      {
        type: 'images',
        name: 'radio',
        groups: ['radio'],
        allow: [{ registry: 'registry.example.org', project: 'radio' }],
      },
    ],
  })
})
afterAll(() => setting.broker.close())

describe('a white list of images', () => {
  it('makes the answer NO, with every reason and the name of the policy', async () => {
    const { result, meta, offers } = await setting.admin.offers(image('evil.example.org/x:1', 'not a reference'))
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
