/**
 * How each response that the contract declares is provoked: by a rule for all operations, or by an entry of its own.
 * A declared response without either fails the test.
 */
import { randomUUID } from 'node:crypto'
import { KIND } from '../../src/protocol/kinds.ts'
import { ADMIN_PASSWORD, basic } from '../support/accounts.ts'
import { containerRequest, holdAgainstContract, type Answer, type Api, UNKNOWN_ID } from '../support/api.ts'
import { exchange } from '../support/raw-http.ts'
import type { DeclaredOperation } from './operations.ts'
import { accept, FAILURES, rejectAll, type Setting } from './setting.ts'

/** Lists that do not change while they are asked for twice: nothing of the caller has expired, nor is shared with it. */
const QUIET_LISTS: Readonly<Record<string, string>> = {
  listExecutions: '?PHASE=EXPIRED',
  listSessions: '?PHASE=EXPIRED',
  listOfferSets: '?OWNER=shared',
}

/** Asks in such a way that one response comes. */
export type Provocation = (setting: Setting, operation: DeclaredOperation) => Promise<Answer<unknown>>

const representation = { Prefer: 'return=representation' }
const nonsense = { kind: KIND.stringUpdate, path: 'colour', value: 'red' }

/** The path of an operation on something that is there. */
function pathTo({ ended }: Setting, { path }: DeclaredOperation): string {
  const components: Record<string, string | undefined> = {
    executables: ended.executable?.meta?.uuid,
    compute: ended.compute?.meta?.uuid,
    storage: ended.storage?.[0]?.meta?.uuid,
    data: ended.data?.[0]?.meta?.uuid,
    volumes: ended.compute?.volumes?.[0]?.meta?.uuid,
    offersets: ended.offerset?.split('/').at(-1),
  }
  const uuid = components[path.split('/')[1] ?? ''] ?? ended.meta.uuid
  return path
    .replace('{uuid}', uuid as string)
    .replace('{stream}', 'stdout')
    .replace('{name}', 'default')
}

const ask = (api: Api, operation: DeclaredOperation, path: string, headers: Record<string, string> = {}) =>
  operation.method === 'POST'
    ? api.post(path, bodyFor(operation), headers)
    : api.send(operation.method, path, undefined, headers)

const bodyFor = ({ path }: DeclaredOperation): object =>
  path.includes('{uuid}') ? rejectAll : path.startsWith('/a') ? {} : containerRequest()

/** What can happen to any operation, by status. */
const ANY: Readonly<Record<string, Provocation>> = {
  ...Object.fromEntries(
    ['401', ...Object.keys(FAILURES)].map((status): [string, Provocation] => [
      status,
      (setting, operation) => ask(setting.failing.get(status) as Api, operation, pathTo(setting, operation)),
    ]),
  ),
  '304': async (setting, operation) => {
    const path = pathTo(setting, operation) + (QUIET_LISTS[operation.id] ?? '')
    const { headers } = await setting.admin.get(path)
    return setting.admin.get(path, { 'If-None-Match': headers.get('etag') ?? '' })
  },
  '400': ({ admin }, operation) =>
    operation.method === 'POST' ? admin.post(operation.path.replace('{uuid}', UNKNOWN_ID), '{') : admin.get('/'),
  '404': ({ admin }, operation) =>
    ask(admin, operation, operation.path.replace('{uuid}', UNKNOWN_ID).replace('{stream}', 'stdout')),
  '406': (setting, operation) => ask(setting.admin, operation, pathTo(setting, operation), { Accept: 'image/png' }),
  '413': ({ admin }, { path }) => admin.post(path.replace('{uuid}', UNKNOWN_ID), `{"name":"${'x'.repeat(1_100_000)}"}`),
  '415': ({ admin }, { path }) => admin.post(path.replace('{uuid}', UNKNOWN_ID), 'a,b', { 'Content-Type': 'text/csv' }),
}

/** Asks byte by byte, without credentials, with these lines in the place of the usual headers. */
async function askRaw(api: Api | undefined, operation: DeclaredOperation, path: string, lines: readonly string[]) {
  const { method } = operation
  const request = [`${method} ${path} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n')
  const { status, headers, body } = await exchange((api as Api).url, request)
  const problem: unknown = JSON.parse(body)
  holdAgainstContract(method, path, status, headers.get('content-type')?.split(';')[0] ?? '', problem)
  return { status, headers: new Headers([...headers]), body: problem }
}

const rawly =
  (...lines: readonly string[]): Provocation =>
  (setting, operation) =>
    askRaw(setting.hasty, operation, pathTo(setting, operation), lines)

/** What any request can be refused with before an operation sees it, by status. */
const REFUSED: Readonly<Record<string, Provocation>> = {
  '400': rawly('Host: a/b'),
  '404': (setting, operation) => ask(setting.failing.get('404') as Api, operation, pathTo(setting, operation)),
  '405': (setting, operation) => setting.admin.send('PATCH', pathTo(setting, operation), undefined, {}),
  '408': (setting, operation) => askRaw(setting.failing.get('408'), operation, pathTo(setting, operation), ['Host: a']),
  '413': rawly('Host: localhost', 'Content-Type: application/json', 'Content-Length: 100000000'),
  '414': (setting, operation) => ask(setting.admin, operation, `${pathTo(setting, operation)}?${'x'.repeat(9_000)}`),
  '415': rawly('Host: localhost', 'Content-Type: text/csv', 'Content-Length: 1'),
  '417': rawly('Host: localhost', 'Expect: a-miracle'),
  '421': rawly('Host: rebound.example.org'),
  '431': rawly('Host: localhost', `X: ${'x'.repeat(20_000)}`),
}

const read: Provocation = (setting, operation) => setting.admin.get(pathTo(setting, operation))
/** Anybody may ask, but who says who they are has to be right. */
const mistaken: Provocation = ({ accounts }, { path }) => accounts.as(basic('admin', 'mistaken')).get(path)
const withQuery =
  (query: string): Provocation =>
  (setting, operation) =>
    setting.admin.get(`${pathTo(setting, operation)}?${query}`)

/** A window in which nothing is promised, because nothing is offered so far ahead. */
const farAhead = async ({ admin }: Setting) => {
  const { body } = await admin.get<{ pools: { platform: string }[] }>('/admin/pools')
  const platform = body.pools[0]?.platform
  return { platform, from: '2035-01-01', until: '2035-01-02', reason: 'The power is switched off.' }
}
const maintainPool =
  (other: object): Provocation =>
  async (setting, { path }) =>
    setting.admin.post(path, { ...(await farAhead(setting)), ...other })

/** Asking for offers and running directly, in either spelling. */
const creation: Readonly<Record<string, Provocation>> = {
  '200': ({ admin }, { path }) => admin.post(path, containerRequest(), representation),
  '303': ({ admin }, { path }) => admin.post(path, containerRequest()),
  '422': async ({ admin }, { path }) => {
    const key = { 'Idempotency-Key': randomUUID() }
    await admin.post(path, containerRequest(), key)
    return admin.post(path, containerRequest({ command: ['other'] }), key)
  },
}

/** Updates of an execution, in either spelling. */
const update: Readonly<Record<string, Provocation>> = {
  '200': async ({ admin, offer }, { path }) => admin.post(path.replace('{uuid}', (await offer()).offer), rejectAll),
  '409': async ({ admin, offer }, { path }) => {
    const rejected = path.replace('{uuid}', (await offer()).offer)
    await admin.post(rejected, rejectAll)
    return admin.post(rejected, accept)
  },
  '410': async ({ hasty, expired }, { path }) => hasty.post(path.replace('{uuid}', (await expired()).offer), accept),
  '422': (setting, operation) => setting.admin.post(pathTo(setting, operation), nonsense),
}

const newName = () => `user-${randomUUID().slice(0, 8)}`
const identity = (username: string) => ({ username, password: 'a long and dull password' })
const makeIdentity = async ({ admin }: Setting) =>
  (await admin.post<{ uuid: string }>('/admin/identities', identity(newName()))).body.uuid
const self = async ({ admin }: Setting) => (await admin.get<{ uuid: string }>('/account')).body.uuid

/** What one operation has of its own, by its id and status. */
const OWN: Readonly<Record<string, Readonly<Record<string, Provocation>>>> = {
  createOfferSet: creation,
  createRequest: creation,
  createExecution: creation,
  createSession: creation,
  createSessionAtSessions: creation,
  updateExecution: update,
  updateSession: update,
  updateOfferSet: {
    '200': async ({ admin, offer }, { path }) => admin.post(path.replace('{uuid}', (await offer()).set), rejectAll),
    '409': (setting, operation) => setting.admin.post(pathTo(setting, operation), rejectAll),
    '410': async ({ hasty, expired }, { path }) => {
      const { set, offer } = await expired()
      return hasty.post(path.replace('{uuid}', set), { kind: KIND.stringUpdate, path: 'accepted', value: offer })
    },
    '422': (setting, operation) => setting.admin.post(pathTo(setting, operation), nonsense),
  },
  listOfferSets: { '200': read, '400': withQuery('LAST=0') },
  listExecutions: { '200': read, '400': withQuery('LAST=0') },
  listSessions: { '200': read, '400': withQuery('LAST=0') },
  getOfferSet: { '200': read },
  getExecution: { '200': read, '400': withQuery('WAIT=soon') },
  getSession: { '200': read, '400': withQuery('WAIT=soon') },
  getExecutionEvents: {
    '200': read,
    '204': async (setting, operation) => {
      const events = await setting.admin.get<string>(pathTo(setting, operation))
      const last = [...events.body.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? ''
      return setting.admin.get(pathTo(setting, operation), { 'Last-Event-ID': last })
    },
    '400': (setting, operation) => setting.admin.get(pathTo(setting, operation), { 'Last-Event-ID': 'yesterday' }),
  },
  getStream: {
    '200': read,
    '206': (setting, operation) => setting.admin.get(pathTo(setting, operation), { Range: 'bytes=1-2' }),
    '400': withQuery('follow=perhaps'),
    '416': (setting, operation) => setting.admin.get(pathTo(setting, operation), { Range: 'bytes=99-' }),
  },
  getExecutable: { '200': read },
  getCompute: { '200': read },
  getStorage: { '200': read },
  getData: { '200': read },
  getKeptResult: {
    '200': async ({ admin, ended }) => {
      const [read] = ended.data ?? []
      const location = read && 'location' in read ? read.location : undefined
      const kept = {
        kind: KIND.simpleData,
        meta: { name: 'kept' },
        location: location as string,
        access: 'READWRITE' as const,
      }
      const volumes = [{ kind: KIND.simpleVolumeMount, path: '/kept', resource: 'kept', mode: 'READWRITE' as const }]
      const failing = containerRequest(
        { environment: { SIMULATED_EXIT_CODE: '3' } },
        { data: [kept], compute: { kind: KIND.simpleCompute, volumes } },
      )
      const failed = await admin.reaches(await admin.run(failing), 'FAILED')
      return admin.get(`/data/${failed.data?.[0]?.meta?.uuid}/kept`)
    },
  },
  getVolume: { '200': read },
  getAccount: { '200': read },
  changePassword: {
    '204': ({ admin }, { path }) => admin.post(path, { password: ADMIN_PASSWORD }),
    '422': ({ admin }, { path }) => admin.post(path, { password: 'x' }),
  },
  listAccessTokens: { '200': read, '422': ({ hasty }, { path }) => hasty.get(path) },
  createAccessToken: {
    '201': ({ admin }, { path }) => admin.post(path, { name: newName() }),
    '422': ({ hasty }, { path }) => hasty.post(path, { name: newName() }),
  },
  revokeAccessToken: {
    '204': async ({ admin }) => {
      const { body } = await admin.post<{ uuid: string }>('/account/tokens', { name: newName() })
      return admin.send('DELETE', `/account/tokens/${body.uuid}`, undefined, {})
    },
    '422': ({ hasty }) => hasty.send('DELETE', `/account/tokens/${UNKNOWN_ID}`, undefined, {}),
  },
  listIdentities: { '200': read, '400': withQuery('LAST=0') },
  createIdentity: {
    '201': ({ admin }, { path }) => admin.post(path, identity(newName())),
    '409': ({ admin }, { path }) => admin.post(path, identity('admin')),
    '422': ({ admin }, { path }) => admin.post(path, { username: newName(), password: 'x' }),
  },
  getIdentity: { '200': async (setting) => setting.admin.get(`/admin/identities/${await makeIdentity(setting)}`) },
  updateIdentity: {
    '200': async (setting) =>
      setting.admin.post(`/admin/identities/${await makeIdentity(setting)}`, { displayName: 'Somebody' }),
    '404': ({ admin }) => admin.post(`/admin/identities/${UNKNOWN_ID}`, {}),
    '409': async (setting) => setting.admin.post(`/admin/identities/${await self(setting)}`, { roles: ['user'] }),
    '422': async (setting) => setting.admin.post(`/admin/identities/${await makeIdentity(setting)}`, { password: 'x' }),
  },
  getSharing: { '200': read },
  share: { '200': (setting, operation) => setting.admin.post(pathTo(setting, operation), { groups: ['radio'] }) },
  listQuotas: { '200': read, '400': withQuery('LAST=0') },
  listWork: { '200': read, '400': withQuery('LAST=0') },
  retryWork: {
    '200': ({ admin, ended }, { path }) => admin.post(path, { retry: ended.meta.uuid }),
    '404': ({ admin }, { path }) => admin.post(path, { retry: UNKNOWN_ID }),
  },
  listPools: { '200': read },
  drainPool: {
    '200': async (setting, operation) => {
      const path = pathTo(setting, operation)
      const answer = await setting.admin.post(path, { reason: 'The disks are replaced.' })
      await setting.admin.send('DELETE', path, undefined, {})
      return answer
    },
    '404': ({ admin }) => admin.post('/admin/pools/nowhere/drain', {}),
  },
  openPool: {
    '200': (setting, operation) => setting.admin.send('DELETE', pathTo(setting, operation), undefined, {}),
    '400': (setting, operation) =>
      setting.admin.send('DELETE', `${pathTo(setting, operation)}?platform=a&platform=b`, undefined, {}),
    '404': ({ admin }) => admin.send('DELETE', '/admin/pools/nowhere/drain', undefined, {}),
  },
  getMotd: { '200': read },
  setMotd: { '200': ({ admin }, { path }) => admin.post(path, { text: 'The disks are replaced on Thursday.' }) },
  clearMotd: { '204': ({ admin }, { path }) => admin.send('DELETE', path, undefined, {}) },
  listMaintenance: { '200': read },
  maintain: {
    '201': maintainPool({}),
    '409': async (setting, operation) => {
      await setting.admin.post('/offersets', containerRequest(), representation)
      return maintainPool({ pool: 'default', from: undefined })(setting, operation)
    },
    '422': maintainPool({ pool: 'nowhere' }),
  },
  endMaintenance: {
    '204': async (setting, { path }) => {
      const { body } = await setting.admin.post<{ uuid: string }>('/admin/maintenance', await farAhead(setting))
      return setting.admin.send('DELETE', path.replace('{uuid}', body.uuid), undefined, {})
    },
  },
  getPoolTimeline: {
    '200': read,
    '400': withQuery('from=yesterday'),
    '404': ({ admin }) => admin.get('/admin/pools/nowhere/timeline'),
  },
  listAudit: { '200': read, '400': withQuery('LAST=0') },
  getCapabilities: { '200': read, '401': mistaken },
  getAvailability: { '200': read, '401': mistaken },
  getDocs: { '200': read },
  getMetrics: { '200': read },
  getOpenapiJson: { '200': read },
  getOpenapiYaml: { '200': read },
  getLiveness: { '200': read },
  // The checks fail one by one there, and the answer says which.
  getReadiness: { '200': read, '503': ({ failing: services }) => (services.get('away') as Api).get('/health/ready') },
}

/** How a response is provoked; undefined when nobody has said it. */
export function provocationOf({ id, statuses }: DeclaredOperation, status: string): Provocation | undefined {
  return statuses.includes(status) ? (OWN[id]?.[status] ?? ANY[status]) : REFUSED[status]
}

/** The entries that provoke what the contract does not declare (any more). */
export function strayEntries(operations: readonly DeclaredOperation[]): string[] {
  return Object.entries(OWN).flatMap(([id, entries]) =>
    Object.keys(entries)
      .filter((status) => !operations.some((one) => one.id === id && one.statuses.includes(status)))
      .map((status) => `${id} ${status}`),
  )
}
