/**
 * Who gets what from which route: every route, called by everybody, about what is somebody's own, somebody else's, and
 * nobody's. The golden file has what comes of it; a route that is added changes it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allRoutes } from '../../src/http/access.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { basic, bearer, brokerWithAccounts, passwordOf, type BrokerWithAccounts } from '../support/accounts.ts'
import type { Api } from '../support/api.ts'
import { containerRequest, UNKNOWN_ID } from '../support/api.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

const READS = ['private', 'public'] as const
/** Understood by every route that takes an update, and possible in none. */
const impossible = { kind: KIND.stringUpdate, path: 'colour', value: 'red' }

/** What a route is asked about, where its path leads to a thing: the ids by the first part of the path. */
type Things = Readonly<Record<string, string>>

/** The body that a route is sent: one that changes nothing of what the others are asked about. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /offersets': {},
  'POST /executions': {},
  'POST /requests': {},
  'POST /direct': {},
  'POST /sessions': {},
  'POST /offersets/:uuid/sharing': { groups: [] },
  'POST /account/password': {},
  'POST /account/tokens': {},
  'POST /admin/identities': {},
  'POST /admin/work': {},
  'POST /admin/identities/:uuid': {},
  'POST /admin/pools/:name/drain': {},
  'POST /admin/maintenance': {},
  'POST /admin/motd': {},
}

/** Lists of what others have. */
const LISTS = ['offersets', 'executions', 'sessions'].flatMap((list) =>
  ['all', 'ada', 'nobody'].map((whose) => `GET /${list}?OWNER=${whose}`),
)

describe.each(READS)('with reads: %s', (reads) => {
  let setting: BrokerWithAccounts
  let data: DataServer
  let callers: Record<string, Api>
  let things: Things
  beforeAll(async () => {
    data = await startDataServer()
    data.files.set('/file', { content: Buffer.from('12345') })
    setting = await brokerWithAccounts({ identity: { reads } })
    const owner = await setting.user('ada')
    things = await thingsOf(owner, `${data.url}/file`)
    await setting.admin.post('/admin/identities', {
      username: 'nora',
      password: passwordOf('nora'),
      mustChangePassword: true,
    })
    callers = {
      anonymous: setting.anonymous,
      mistaken: setting.as(bearer('ebt_nobody-has-this-token')),
      owner,
      stranger: await setting.user('eve'),
      newcomer: setting.as(basic('nora', passwordOf('nora'))),
      operator: await setting.user('olga', { roles: ['user', 'operator'] }),
      admin: setting.admin,
    }
  })
  afterAll(async () => {
    await setting.broker.close()
    await data.close()
  })

  const newToken = () => tokenOf(callers.owner as Api)

  it('everybody gets from every route what the golden file says', async () => {
    const rows: string[] = []
    for (const route of [...allRoutes(), ...LISTS]) {
      const about = route.includes(':uuid') ? ['what is theirs', 'nothing'] : ['']
      for (const what of about) {
        const statuses: string[] = []
        for (const [name, api] of Object.entries(callers)) {
          // Whoever is asked first must not have taken away what the next is asked about.
          const there = route.startsWith('DELETE') ? { ...things, account: await newToken() } : things
          const path = pathTo(route, what === 'nothing' ? undefined : there)
          statuses.push(`${name} ${await statusOf(api, route, path)}`)
        }
        rows.push(`${route}${what === '' ? '' : `, ${what}`}: ${statuses.join(', ')}`)
      }
    }
    await expect(`${rows.join('\n')}\n`).toMatchFileSnapshot(`access-matrix.${reads}.txt`)
  })
})

/** An execution that has ended, its parts, and what else the owner has. */
async function thingsOf(owner: Api, location: string): Promise<Things> {
  const request = containerRequest(
    {},
    { data: [{ kind: KIND.simpleData, meta: { name: 'stars' }, location }], compute: mounting('stars') },
  )
  const uuid = await owner.run(request)
  await owner.reaches(uuid, 'COMPLETED')
  const execution = await owner.execution(uuid)
  const account = await owner.get<Schemas['Account']>('/account')
  const offerSet = execution.offerset?.split('/').at(-1)
  const all: Record<string, string | undefined> = {
    offersets: offerSet,
    offers: offerSet,
    executions: uuid,
    sessions: uuid,
    streams: uuid,
    executables: execution.executable?.meta?.uuid,
    compute: execution.compute?.meta?.uuid,
    storage: execution.storage?.[0]?.meta?.uuid,
    data: execution.data?.[0]?.meta?.uuid,
    volumes: execution.compute?.volumes?.[0]?.meta?.uuid,
    account: await tokenOf(owner),
    admin: account.body.uuid,
  }
  for (const [name, id] of Object.entries(all)) if (id === undefined) throw new Error(`there is nothing for ${name}`)
  return all as Things
}

async function tokenOf(owner: Api): Promise<string> {
  const { body } = await owner.post<Schemas['AccessToken']>('/account/tokens', { name: 'theirs' })
  return body.uuid
}

const mounting = (resource: string): Schemas['ComputeResource'] => ({
  kind: KIND.simpleCompute,
  volumes: [{ kind: KIND.simpleVolumeMount, path: '/data', resource }],
})

/** The path of a route, to things or to nothing. Throws for a route whose parameters nobody has thought of. */
function pathTo(route: string, things: Things | undefined): string {
  const [, template = ''] = route.split(' ')
  const first = template.split('/')[1] ?? ''
  const path = template
    .replace(':uuid', things ? (things[first] ?? ':uuid') : UNKNOWN_ID)
    .replace(':stream', 'stdout')
    .replace(':name', 'default')
  if (path.includes(':')) throw new Error(`the matrix does not know what ${route} is asked about`)
  return path
}

async function statusOf(api: Api, route: string, path: string): Promise<number> {
  const [method = ''] = route.split(' ')
  const body = method === 'POST' ? JSON.stringify(BODIES[route] ?? impossible) : undefined
  const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const asked = await fetch(api.url + path, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...credentialsOf(api) },
    ...(body === undefined ? {} : { body }),
  })
  await asked.body?.cancel()
  return asked.status
}

const credentialsOf = (api: Api): Record<string, string> =>
  'credentials' in api ? (api.credentials as Record<string, string>) : {}
