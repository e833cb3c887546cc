/** Attacks on the memory of a broker by lists of what is large. */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BrokerClient } from '../../src/client/broker-client.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, passwordOf, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest, type Answer } from '../support/api.ts'

const PAGE_BYTES = 8_388_608
/** Each set is kept with its request and four offers, so a page has one; of the offers alone a page has nine. */
const SETS = 4
const OFFERS = 4
const environment = () => Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`LARGE_${n}`, 'x'.repeat(100_000)]))
const rejectAll = { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' }

let setting: BrokerWithAccounts
let mallory: CallerApi
const made: string[] = []
beforeAll(async () => {
  setting = await brokerWithAccounts({ 'offers.perSet': OFFERS })
  mallory = await setting.user('mallory')
  for (let one = 0; one < SETS; one++) {
    const set = await mallory.offers(containerRequest({ environment: environment() }), {
      Prefer: 'return=representation',
    })
    made.unshift(set.meta.uuid as string)
    for (const { meta } of set.offers ?? []) await mallory.post(`/executions/${meta.uuid}`, rejectAll)
  }
}, 300_000)
afterAll(() => setting.broker.close())

/** Reads a list to its end; gives the UUIDs of every page and the length of the longest answer. */
async function readThrough(who: CallerApi, path: string, accept: string) {
  const pages: string[][] = []
  let longest = 0
  for (let next: string | undefined = setting.broker.url + path; next !== undefined;) {
    const response = await fetch(next, { headers: { ...who.credentials, Accept: accept } })
    const text = await response.text()
    expect([response.status, text.slice(0, 300)]).toEqual([200, expect.any(String)])
    longest = Math.max(longest, text.length)
    pages.push(uuidsIn(text, path))
    next = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return { pages, longest }
}

/** The UUIDs of the entries, in whatever notation they are written. */
function uuidsIn(text: string, path: string): string[] {
  const name = path.split('?')[0]
  const found = [...text.matchAll(new RegExp(`${name}/([0-9a-f-]{36})(?=["'\\s<])`, 'g'))].map(([, uuid = '']) => uuid)
  return [...new Set(found)]
}

const NOTATIONS = ['application/json', 'application/yaml', 'application/xml']

describe('a page ends by bytes too, and the next one goes on', { timeout: 300_000 }, () => {
  it.each(NOTATIONS)('in a list of offer sets as %s', async (accept) => {
    const { pages, longest } = await readThrough(mallory, '/offersets?LAST=500', accept)
    expect(pages.flat()).toEqual(made)
    expect(pages.every((page) => page.length === 1)).toBe(true)
    expect(longest).toBeLessThan(PAGE_BYTES)
  })
  it.each(NOTATIONS)('in a list of executions as %s', async (accept) => {
    const { pages, longest } = await readThrough(mallory, '/executions?LAST=500&PHASE=REJECTED', accept)
    expect(pages.map((page) => page.length)).toEqual([9, 7])
    expect([...pages.flat()].sort().reverse()).toEqual(pages.flat())
    expect(new Set(pages.flat()).size).toBe(SETS * OFFERS)
    expect(longest).toBeLessThan(PAGE_BYTES * 1.1)
  })
  it("in a list of everybody's offer sets, for an operator", async () => {
    const { pages } = await readThrough(setting.admin, '/offersets?OWNER=all&LAST=500', 'application/json')
    expect(pages.flat()).toEqual(made)
    expect(pages.length).toBe(SETS)
  })
  it('where LAST is less, with as many as it says', async () => {
    const { pages } = await readThrough(mallory, '/executions?LAST=3&PHASE=REJECTED', 'application/json')
    expect(pages.map((page) => page.length)).toEqual([3, 3, 3, 3, 3, 1])
  })
  it('where a program wants more than a page has, and reads on by itself', async () => {
    const client = new BrokerClient(setting.broker.url, { username: 'mallory', password: passwordOf('mallory') })
    const found = await client.executions({ phases: ['REJECTED'], limit: 12 })
    expect(new Set(found.map(({ meta }) => meta.uuid)).size).toBe(12)
  })
  it('in a list of accounts that are in countless groups', async () => {
    const groups = Array.from({ length: 1_000 }, (_, n) => `${'g'.repeat(250)}${n}`)
    const names = Array.from({ length: 36 }, (_, n) => `many-${n}`)
    for (const username of names) {
      const wish = { username, password: 'a password that is long', groups }
      expect((await setting.admin.post('/admin/identities', wish)).status).toBe(201)
    }
    const listed: Schemas['Identity'][] = []
    let pages = 0
    for (let next: string | undefined = '/admin/identities?LAST=500'; next !== undefined; pages++) {
      const answer: Answer<Schemas['IdentityList']> = await setting.admin.get(next)
      const { body, headers } = answer
      listed.push(...(body.identities ?? []))
      next = /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]?.slice(setting.broker.url.length)
    }
    expect(pages).toBe(2)
    const seen = listed.map(({ username }) => username)
    expect(seen.filter((name) => name.startsWith('many-'))).toEqual(names)
    // The record has the groups that were changed as well.
    for (const { uuid, username } of listed.filter((one) => names.includes(one.username))) {
      const { status } = await setting.admin.post(`/admin/identities/${uuid}`, {
        groups: [username, ...groups.slice(1)],
      })
      expect(status).toBe(200)
    }
    const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?LAST=500')
    expect(body.entries?.length).toBeLessThan(36)
    const last = body.entries?.at(-1)?.number as number
    const { body: rest } = await setting.admin.get<Schemas['AuditLog']>(`/admin/audit?LAST=500&before=${last}`)
    expect(rest.entries?.[0]?.number).toBeLessThan(last)
  })
})

describe('large answers that nobody reads', { timeout: 300_000 }, () => {
  it('are few for one caller, who is told to read them first, and others are answered', async () => {
    const sockets: Socket[] = []
    const leaveUnread = async () => {
      const { hostname, port } = new URL(setting.broker.url)
      const socket = connect(Number(port), hostname)
      sockets.push(socket)
      const headers: string[] = Object.entries({ Host: 'localhost', ...mallory.credentials }).map(
        ([key, value]) => `${key}: ${value}`,
      )
      socket.write(`GET /executions?LAST=500&PHASE=REJECTED HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
      const [first] = (await once(socket, 'data')) as [Buffer]
      socket.pause()
      return first.toString('latin1')
    }
    const answers: string[] = []
    while (answers.length < 20 && !answers.at(-1)?.startsWith('HTTP/1.1 429')) answers.push(await leaveUnread())
    expect(answers.at(-1)).toMatch(/^HTTP\/1\.1 429 [^]*Retry-After: \d/i)
    expect(answers.length).toBeGreaterThan(5)
    expect((await mallory.get('/executions?LAST=1')).status).toBe(200)
    expect((await setting.admin.get('/executions?OWNER=all&PHASE=REJECTED&LAST=500')).status).toBe(200)
    for (const socket of sockets) socket.destroy()
    let status = 429
    while (status === 429) ({ status } = await mallory.get('/executions?LAST=500&PHASE=REJECTED'))
    expect(status).toBe(200)
  })
})
