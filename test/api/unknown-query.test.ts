import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const KNOWN = 'Known are OWNER, PHASE, LAST, cursor, AFTER, name'
const nobody = '00000000-0000-7000-8000-000000000000'

describe('a parameter of the query that a route does not have', () => {
  it.each([
    ['/executions?LIMIT=3', 'LIMIT', `it is not known here; did you mean LAST? ${KNOWN}`],
    ['/sessions?limit=5', 'limit', `it is not known here; did you mean LAST? ${KNOWN}`],
    ['/executions?PHASES=FAILED', 'PHASES', `it is not known here; did you mean PHASE? ${KNOWN}`],
    ['/executions?last=1&colour=red', 'colour', `it is not known here; ${KNOWN}`],
    [`/executions/${nobody}?WAITS=3`, 'WAITS', 'it is not known here; did you mean WAIT? Known are WAIT, PHASE'],
    [`/compute/${nobody}?WAIT=3`, 'WAIT', 'it is not known here; nothing is taken there, so leave it out'],
    [`/streams/${nobody}/stdout?folow=true`, 'folow', 'it is not known here; did you mean follow? Known is follow'],
    ['/admin/quotas?toString=1', 'toString', 'it is not known here; Known is LAST'],
    [`/executions?${'x'.repeat(99)}=1`, `${'x'.repeat(40)}…`, `it is not known here; ${KNOWN}`],
  ])('is refused with what was probably meant, and what there is: %s', async (path, parameter, detail) => {
    const { status, body } = await api.get<Schemas['Problem']>(path)
    expect([status, body.errors]).toEqual([400, [{ parameter, detail }]])
  })
  it('is refused before anything is done', async () => {
    const before = await api.get<Schemas['ExecutionList']>('/executions')
    expect((await api.post('/executions?dryRun=true', containerRequest())).status).toBe(400)
    expect((await api.get<Schemas['ExecutionList']>('/executions')).body).toEqual(before.body)
  })
  it.each([
    '/executions?last=1&Phase=FAILED',
    '/capabilities?x=1',
    '/health/live?t=7',
    '/openapi.json?v=2',
    '/metrics?x=1',
  ])('is no parameter in other capitals, and nothing to those that everybody reads: %s', async (path) => {
    expect((await fetch(`${broker.url}${path}`)).status).toBe(200)
  })
})
