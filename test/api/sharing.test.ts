import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'

let setting: BrokerWithAccounts
let ada: CallerApi
let member: CallerApi
let stranger: CallerApi
beforeAll(async () => {
  setting = await brokerWithAccounts()
  ada = await setting.user('ada', { groups: ['radio'] })
  member = await setting.user('max', { groups: ['survey'] })
  stranger = await setting.user('eve', { groups: ['optical'] })
})
afterAll(() => setting.broker.close())

const sharing = (uuid: string) => `/offersets/${uuid}/sharing`
async function offered() {
  const { meta, offers: [offer] = [] } = await ada.offers(containerRequest())
  return { set: meta.uuid ?? '', offer: offer?.meta.uuid ?? '' }
}

/** The UUIDs of a list, page after page. */
async function uuidsAt(caller: CallerApi, path: string, name: string): Promise<(string | undefined)[]> {
  const { headers, body } = await caller.get<Record<string, { meta: { uuid?: string } }[] | undefined>>(path)
  const uuids = (body[name] ?? []).map(({ meta }) => meta.uuid)
  const next = /<([^>]*)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1]
  if (next === undefined) return uuids
  const { pathname, search } = new URL(next)
  return [...uuids, ...(await uuidsAt(caller, pathname + search, name))]
}

describe('what is shared with a group', () => {
  it('is read by its members and changed by none of them', async () => {
    const { set, offer } = await offered()
    expect((await member.get(`/executions/${offer}`)).status).toBe(404)
    const shared = await ada.post<Schemas['Sharing']>(sharing(set), { groups: ['survey', 'survey'] })
    expect([shared.status, shared.body]).toEqual([200, { groups: ['survey'] }])
    for (const path of [`/offersets/${set}`, `/executions/${offer}`, `/streams/${offer}/stdout`])
      expect((await member.get(path)).status, path).toBe(200)
    expect((await member.execution(offer)).meta.options ?? []).toEqual([])
    expect((await member.setPhase(offer, 'ACCEPTED')).status).toBe(403)
    expect((await stranger.get(`/offersets/${set}`)).status).toBe(404)
  })
  it('goes on being so when it is accepted and has ended, until that is taken back', async () => {
    const { set, offer } = await offered()
    await ada.post(sharing(set), { groups: ['survey'] })
    await ada.setPhase(offer, 'ACCEPTED')
    await ada.reaches(offer, 'COMPLETED')
    const { compute } = await member.execution(offer)
    expect((await member.get(`/compute/${compute?.meta?.uuid}`)).status).toBe(200)
    const none = await ada.post<Schemas['Sharing']>(sharing(set), { groups: [] })
    expect((none.body.groups ?? []).length).toBe(0)
    expect((await member.get(`/executions/${offer}`)).status).toBe(404)
  })
  it('is in the lists of its members, newest first and in pages, and in no other', async () => {
    const group = 'lists'
    const mia = await setting.user('mia', { groups: ['other', group] })
    const made: { set: string; offer: string }[] = []
    for (let count = 0; count < 3; count++) made.unshift(await offered())
    for (const { set } of made) await ada.post(sharing(set), { groups: [group, 'other'] })
    for (const { offer } of made) await ada.setPhase(offer, 'ACCEPTED')
    const own = await mia.offers(containerRequest())
    await mia.post(sharing(own.meta.uuid ?? ''), { groups: [group] })
    const [sets, offers] = [made.map(({ set }) => set), made.map(({ offer }) => offer)]
    expect(await uuidsAt(mia, '/offersets?OWNER=shared', 'offersets')).toEqual(sets)
    expect(await uuidsAt(mia, '/executions?OWNER=shared', 'executions')).toEqual(offers)
    expect(await uuidsAt(mia, '/sessions?owner=SHARED', 'sessions')).toEqual(offers)
    expect(await uuidsAt(mia, '/offersets?OWNER=shared&LAST=1', 'offersets')).toEqual(sets)
    expect(await uuidsAt(mia, '/executions?OWNER=shared&LAST=2', 'executions')).toEqual(offers)
    expect(await uuidsAt(mia, '/offersets', 'offersets')).toEqual([own.meta.uuid])
    expect(await uuidsAt(stranger, '/executions?OWNER=shared', 'executions')).toEqual([])
    const nobody = await setting.user('noah')
    expect(await uuidsAt(nobody, '/offersets?OWNER=shared', 'offersets')).toEqual([])
    expect((await mia.get('/offersets?OWNER=ada')).status).toBe(403)
    await ada.post(sharing(sets[0] ?? ''), { groups: [] })
    expect(await uuidsAt(mia, '/offersets?OWNER=shared', 'offersets')).toEqual(sets.slice(1))
  })
  it('is said by the owner and administrators alone', async () => {
    const { set } = await offered()
    await ada.post(sharing(set), { groups: ['survey'] })
    expect((await member.get(sharing(set))).status).toBe(403)
    expect((await member.post(sharing(set), { groups: ['survey', 'optical'] })).status).toBe(403)
    expect((await stranger.post(sharing(set), { groups: ['optical'] })).status).toBe(404)
    const operator = await setting.user('olga', { roles: ['user', 'operator'] })
    expect((await operator.post(sharing(set), { groups: ['optical'] })).status).toBe(403)
    expect((await setting.admin.get<Schemas['Sharing']>(sharing(set))).body).toEqual({ groups: ['survey'] })
  })
  it('is in the record', async () => {
    const { set } = await offered()
    await ada.post(sharing(set), { groups: ['survey'] })
    const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?action=share%20offer%20set&LAST=1')
    expect(body.entries).toMatchObject([{ actorName: 'ada', target: set, detail: '{"groups":["survey"]}' }])
  })
  it.each([
    [{ groups: ['with space'] }, '/groups/0'],
    [{ groups: Array.from({ length: 21 }, (_, index) => `g${index}`) }, '/groups'],
    [{ group: 'survey' }, '/group'],
  ])('has to be groups: %j', async (body, pointer) => {
    const { set } = await offered()
    const refused = await ada.post<Schemas['Problem']>(sharing(set), body)
    expect([refused.status, refused.body.errors?.[0]]).toEqual([400, expect.objectContaining({ pointer })])
  })
})
