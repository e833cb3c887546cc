/**
 * Notebooks that their users work in, over HTTP, on the simulated platform: nobody works there, so what is saved is what was
 * fetched. Who sees the token of the server is the same everywhere.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { Api, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

const NOTEBOOK = '{"cells": []}'
const site = {
  'notebooks.image': 'registry.example.org/jupyter/minimal:1',
  'notebooks.server': {},
}
const PLACE = 'http://simulated.invalid:8888/lab/tree/fit%20one.ipynb'

let data: DataServer
beforeAll(async () => {
  data = await startDataServer()
  for (const path of ['/fit%20one.ipynb', '/fit.py']) data.files.set(path, { content: Buffer.from(NOTEBOOK) })
})
afterAll(() => data.close())

const served = (
  rest: Omit<Schemas['ExecutionRequest'], 'executable'> = {},
  path = '/fit%20one.ipynb',
): Schemas['ExecutionRequest'] => ({
  executable: { kind: KIND.jupyterNotebook, location: data.url + path, mode: 'INTERACTIVE' },
  ...rest,
})
const savedTo = (path: string, access: 'WRITEONLY' | 'READWRITE' = 'WRITEONLY') => ({
  data: [{ kind: KIND.simpleData, location: data.url + path, access }],
})
/** Where the server is, for who asks, once it is there. */
async function wayIn(api: Api, uuid: string): Promise<string> {
  for (;;) {
    const { phase, connectors } = await api.execution(uuid)
    const [connector] = connectors ?? []
    if (connector?.status === 'AVAILABLE') return connector.location as string
    expect(['ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE']).toContain(phase)
    await api.get(`/executions/${uuid}?WAIT=1&PHASE=${phase}`)
  }
}
/** The names of the files under a directory that have a text in them. */
const filesWith = (directory: string, text: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(text))
    .map(({ name }) => name)

describe.each(['private', 'public'] as const)('the token of a server, with reads: %s', (reads) => {
  const logged: string[] = []
  let setting: BrokerWithAccounts
  let ada: CallerApi
  let uuid: string
  let token: string
  beforeAll(async () => {
    const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
    setting = await brokerWithAccounts({ ...site, identity: { reads } }, undefined, logger)
    ada = await setting.user('ada')
    const { meta, offers: [offer] = [] } = await ada.offers(served(savedTo(`/${reads}.ipynb`)))
    uuid = offer?.meta.uuid as string
    await ada.post(`/offersets/${meta.uuid}/sharing`, { groups: ['survey'] })
    await ada.setPhase(uuid, 'ACCEPTED')
    token = new URL(await wayIn(ada, uuid)).searchParams.get('token') ?? ''
  })
  afterAll(() => setting.broker.close())

  /** What a reader is shown at every place that shows connectors. */
  async function seenBy(api: Api): Promise<unknown[]> {
    const { offerset = '' } = await api.execution(uuid)
    const [own, published, set] = await Promise.all([
      api.get<Schemas['Execution']>(`/executions/${uuid}`),
      api.get<Schemas['Execution']>(`/sessions/${uuid}`),
      api.get<Schemas['OfferSet']>(new URL(offerset).pathname),
    ])
    return [own.body, published.body, set.body.offers?.[0]].map((one) => one?.connectors?.[0]?.location)
  }

  it('is shown to the owner alone, wherever the way in is told', async () => {
    expect(token).toMatch(/^[0-9a-f]{64}$/)
    const place = `http://simulated.invalid:8888/lab/tree/${reads}.ipynb`
    const readers = {
      admin: setting.admin,
      operator: await setting.user('olga', { roles: ['user', 'operator'] }),
      shared: await setting.user('max', { groups: ['survey'] }),
      ...(reads === 'public' ? { stranger: await setting.user('eve'), anonymous: setting.anonymous } : {}),
    }
    const whole = `${place}?token=${token}`
    expect(await seenBy(ada)).toEqual([whole, whole, whole])
    for (const [who, api] of Object.entries(readers)) expect(await seenBy(api), who).toEqual([place, place, place])
    const [own, shared] = await Promise.all([
      ada.get<Schemas['ExecutionList']>('/executions'),
      readers.shared.get<Schemas['ExecutionList']>('/executions?OWNER=shared'),
    ])
    expect(own.body.executions?.[0]?.connectors?.[0]?.location).toBe(whole)
    expect(shared.body.executions?.[0]?.connectors?.[0]?.location).toBe(place)
  })
  it('is in its file and nowhere else: no argument, environment, message, event, figure or line of the log', async () => {
    expect(filesWith(join(setting.broker.dataDirectory, 'simulated'), token)).toEqual(['jupyter_server_config.json'])
    await ada.setPhase(uuid, 'RELEASING')
    const events = await fetch(`${ada.url}/executions/${uuid}/events`, { headers: ada.credentials })
    const { executable, compute, data: resources = [] } = await ada.execution(uuid)
    const parts = [executable, compute, ...resources].map((part) => new URL(part?.meta?.url ?? '').pathname)
    const paths = [...parts, `/executions/${uuid}`, `/streams/${uuid}/stdout`, `/streams/${uuid}/stderr`]
    const answers = await Promise.all(paths.map((path) => ada.get(path)))
    const said = [
      await events.text(),
      (await setting.admin.get('/metrics')).body,
      (await setting.admin.get('/admin/audit')).body,
      ...answers.map(({ body }) => body),
    ]
    expect(said.map((body) => JSON.stringify(body).includes(token))).toEqual(said.map(() => false))
    expect(logged.length).toBeGreaterThan(0)
    expect(logged.filter((line) => line.includes(token))).toEqual([])
  })
})

describe('a notebook that is served', () => {
  it('stays until its user is done, under the same token after a restart, and is saved', async () => {
    const broker = await testBroker(site)
    try {
      const uuid = await new Api(broker.url).run(served(savedTo('/fit%20one.ipynb', 'READWRITE')))
      const before = await wayIn(new Api(broker.url), uuid)
      expect(before).toMatch(new RegExp(`^${PLACE}\\?token=[0-9a-f]{64}$`))
      await broker.restart()
      const api = new Api(broker.url)
      expect(await wayIn(api, uuid)).toBe(before)
      await api.setPhase(uuid, 'RELEASING')
      const ended = await api.ends(uuid)
      expect(ended.phase).toBe('COMPLETED')
      expect(ended.executable).toMatchObject({ mode: 'INTERACTIVE', exitCode: 143 })
      expect(ended.connectors).toEqual([{ kind: 'notebook', status: 'FINISHED', protocol: 'HTTP' }])
      expect(ended.data?.map((one) => messageNames(one))).toEqual([['data-staged', 'data-saved']])
    } finally {
      await broker.close()
    }
  })

  describe('with a broker', () => {
    let api: Api
    let broker: TestBroker
    beforeAll(async () => {
      broker = await testBroker(site)
      api = new Api(broker.url)
    })
    afterAll(() => broker.close())

    it('ends well when its time is over, and is saved', async () => {
      const duration = { requested: { duration: 'PT0.5S' } }
      const uuid = await api.run(served({ ...savedTo('/done/late.ipynb'), schedule: duration }))
      const ended = await api.ends(uuid)
      expect(ended.phase).toBe('COMPLETED')
      expect(messageNames(ended.executable)).toContain('time-over')
      expect(messageNames(ended.compute)).toEqual([])
      expect(String(data.files.get('/done/late.ipynb')?.content)).toBe(NOTEBOOK)
    })
    it('can be asked for again with the answer', async () => {
      const { offers } = await api.offers(served(savedTo('/done/again.ipynb')))
      const { executable, compute, storage, data: resources } = offers?.[0] as Schemas['Execution']
      const again = await api.offers({ executable, compute, storage, data: resources })
      expect(again.result).toBe('YES')
      expect(again.offers?.[0]).toMatchObject({
        executable: { mode: 'INTERACTIVE' },
        connectors: [{ kind: 'notebook', status: 'PREPARING', protocol: 'HTTP' }],
      })
    })
    it('has one of two modes', async () => {
      const request = { executable: { ...served().executable, mode: 'BOTH' } }
      const { status, body } = await api.post<{ errors: { pointer: string }[] }>('/offersets', request)
      expect(status).toBe(400)
      expect(body.errors.map(({ pointer }) => pointer)).toEqual(['/executable/mode'])
    })
    it('is called as one', async () => {
      const { result, meta } = await api.offers(served({}, '/fit.py'))
      expect(result).toBe('NO')
      expect(meta.messages?.map(({ message }) => message).join()).toContain("'fit.py' of /executable/location")
      expect((await api.offers(served(savedTo('/done/fit.ipynb'), '/fit.py'))).result).toBe('YES')
    })
  })
})

describe('a server of a notebook is not offered', () => {
  async function refusal(options: Record<string, unknown>): Promise<string> {
    const broker = await testBroker({ ...site, ...options })
    try {
      const { result, meta } = await new Api(broker.url).offers(served())
      expect(result).toBe('NO')
      return (meta?.messages ?? []).map(({ message }) => message).join('\n')
    } finally {
      await broker.close()
    }
  }
  it('where the site has none', async () => {
    expect(await refusal({ 'notebooks.server': undefined })).toContain(
      '/executable/mode asks for: the site has configured no server for notebooks; possible is BATCH',
    )
  })
  it('where a policy allows no port', async () => {
    expect(await refusal({ policies: [{ type: 'limits', name: 'site', ports: 0 }] })).toContain(
      '/executable/mode asks for at least 1 ports, and the policy site allows 0',
    )
  })
})
