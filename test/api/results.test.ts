/** Results: saved to where the data resources say, before anything is given back. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AddressGuard } from '../../src/data/address-guard.ts'
import { HttpsSink } from '../../src/data/https/https-sink.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api, containerRequest, messageNames, startOf } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { runCommand } from '../support/command.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

const ATTEMPTS = 3

let data: DataServer
let broker: TestBroker
let api: Api
beforeAll(async () => {
  data = await startDataServer()
  data.files.set('/stars.csv', { content: Buffer.from('Vega,0.03\n') })
  broker = await testBroker({ 'data.attempts': ATTEMPTS })
  api = new Api(broker.url)
})
afterAll(async () => {
  await broker.close()
  await data.close()
})

const COPY = ['cp', '/in/content', '/out/content']

/** A request that copies the data at `/stars.csv` to a result at `path`. */
const copying = (path: string, command = COPY, environment: Record<string, string> = {}) =>
  containerRequest(
    { command, environment },
    {
      data: [
        { kind: KIND.simpleData, meta: { name: 'stars' }, location: `${data.url}/stars.csv` },
        { kind: KIND.simpleData, meta: { name: 'result' }, location: `${data.url}${path}`, access: 'WRITEONLY' },
      ],
      compute: mounting({ stars: '/in', result: '/out' }),
    },
  )
const mounting = (mounts: Record<string, string>): Schemas['ComputeResource'] => ({
  kind: KIND.simpleCompute,
  volumes: Object.entries(mounts).map(([resource, path]) => ({ kind: KIND.simpleVolumeMount, path, resource })),
})
const putsOf = (path: string) => data.requests.filter((request) => request.method === 'PUT' && request.path === path)
const contentAt = (path: string) => String(data.files.get(path)?.content)

describe('what a program makes', () => {
  it('is saved before anything is given back', async () => {
    const uuid = await api.run(copying('/results/copy.csv'))
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('COMPLETED')
    expect(contentAt('/results/copy.csv')).toBe('Vega,0.03\n')
    expect(ended.data?.[1]).toMatchObject({ access: 'WRITEONLY', phase: 'COMPLETED' })
    expect(allText(ended).join('\n')).toMatch(
      /^10 bytes were saved to http:\S+\/results\/copy\.csv; their SHA-256 is [0-9a-f]{64}\.$/m,
    )
    const events = await api.events(uuid)
    const saved = events.findIndex(({ type, kind }) => type === 'message' && kind?.endsWith(':data-saved'))
    const given = events.findIndex(
      ({ type, component, phase }) => type === 'phase' && component && phase === 'RELEASING',
    )
    expect(saved).toBeGreaterThan(0)
    expect(given).toBeGreaterThan(saved)
  })
  it('takes the place of what was read, for data that are both', async () => {
    data.files.set('/both.csv', { content: Buffer.from('old\n') })
    const request = containerRequest(
      { command: ['cp', '/in/content', '/both/content'] },
      {
        data: [
          { kind: KIND.simpleData, meta: { name: 'stars' }, location: `${data.url}/stars.csv` },
          { kind: KIND.simpleData, meta: { name: 'both' }, location: `${data.url}/both.csv`, access: 'READWRITE' },
        ],
        compute: mounting({ stars: '/in', both: '/both' }),
      },
    )
    expect((await api.ends(await api.run(request))).phase).toBe('COMPLETED')
    expect(contentAt('/both.csv')).toBe('Vega,0.03\n')
  })
  it('is saved when the client says that it is done', async () => {
    const uuid = await api.run(copying('/done.csv', COPY, { SIMULATED_DURATION: 'PT1H' }))
    await api.reaches(uuid, 'AVAILABLE')
    // Once the program runs, it has made its copy.
    for (let seen = ''; !seen;) seen = (await api.execution(uuid)).executable?.phase === 'AVAILABLE' ? 'there' : ''
    await api.setPhase(uuid, 'RELEASING')
    const ended = await api.ends(uuid)
    expect([ended.phase, ...allText(ended).filter((text) => /no file/.test(text))]).toEqual(['COMPLETED'])
    expect(contentAt('/done.csv')).toBe('Vega,0.03\n')
  })
  it('is not saved when the program failed, but kept, which is said', async () => {
    const broker = await testBroker({ 'data.keepUnsaved': 'PT2S' })
    const api = new Api(broker.url)
    const uuid = await api.run(copying('/failed.csv', COPY, { SIMULATED_EXIT_CODE: '3' }))
    await api.reaches(uuid, 'FAILED')
    const ended = await api.ends(uuid)
    expect(messageNames(ended.executable)).toContain('exit-code')
    expect(messageNames(ended.data?.[1])).toEqual(['results-kept'])
    expect(messageNames(ended.data?.[0])).toEqual(['data-staged'])
    expect(putsOf('/failed.csv')).toEqual([])
    await broker.close()
  })
  it('is fetched by whoever may read the execution, while it is kept', async () => {
    const own = await testBroker({ 'data.keepUnsaved': 'PT1H' })
    const reader = new Api(own.url)
    const uuid = await reader.run(copying('/kept.csv', COPY, { SIMULATED_EXIT_CODE: '3' }))
    const failed = await reader.reaches(uuid, 'FAILED')
    const [read, made] = failed.data ?? []
    const fetched = await reader.get<string>(`/data/${made?.meta?.uuid}/kept`)
    expect([fetched.status, fetched.body]).toEqual([200, 'Vega,0.03\n'])
    expect(fetched.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''kept.csv")
    expect((await reader.get(`/data/${made?.meta?.uuid}/kept?FILE=kept.csv`)).status).toBe(200)
    for (const wrong of ['nothing', '../kept.csv', '/etc/passwd', 'a/b', '..', ''])
      expect((await reader.get(`/data/${made?.meta?.uuid}/kept?FILE=${encodeURIComponent(wrong)}`)).status).toBe(404)
    // Data that were only read, another component, and none.
    for (const other of [read?.meta?.uuid, failed.compute?.meta?.uuid, uuid])
      expect((await reader.get(`/data/${other}/kept`)).status).toBe(404)
    const directory = mkdtempSync(join(tmpdir(), 'fetched-'))
    const fetching = () => runCommand(['fetch', uuid, '--to', directory, '--server', own.url])
    expect(await fetching()).toMatchObject({ exitCode: 0, stdout: `${directory}/kept.csv\n` })
    expect(readFileSync(join(directory, 'kept.csv'), 'utf8')).toBe('Vega,0.03\n')
    expect((await fetching()).stderr).toContain('There is a file')
    rmSync(directory, { recursive: true })
    await own.close()
  })
  it('is saved although the program failed, where the client wants that', async () => {
    const failing = (path: string, command = COPY, environment = { SIMULATED_EXIT_CODE: '3' }) => {
      const { data: resources = [], ...request } = copying(path, command, environment)
      return { ...request, data: resources.map((one) => (one.access ? { ...one, saveOnFailure: true } : one)) }
    }
    const uuid = await api.run(failing('/wanted.csv'))
    expect((await api.execution(uuid)).data?.[1]).toMatchObject({ saveOnFailure: true })
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('FAILED')
    expect(contentAt('/wanted.csv')).toBe('Vega,0.03\n')
    expect(messageNames(ended.data?.[1])).toEqual(['data-saved'])
    expect(ended.data?.[1]?.phase).toBe('COMPLETED')

    // It made nothing; or what it made, it could not end in time.
    expect(messageNames((await api.ends(await api.run(failing('/none.csv', ['false'])))).data?.[1])).toEqual([])
    const late = { ...failing('/late.csv', COPY, { SIMULATED_DURATION: 'PT1H' } as never) }
    const over = await api.ends(await api.run({ ...late, schedule: { requested: { duration: 'PT0.2S' } } }))
    expect([over.phase, contentAt('/late.csv')]).toEqual(['FAILED', 'Vega,0.03\n'])
  })
  it('is fetched by one reader at a time, who keeps nobody else from the engine', async () => {
    const own = await testBroker({ 'data.keepUnsaved': 'PT1H' })
    const reader = new Api(own.url)
    const uuid = await reader.run(copying('/kept.csv', COPY, { SIMULATED_EXIT_CODE: '3' }))
    await reader.reaches(uuid, 'FAILED')
    let failed = await reader.execution(uuid)
    while (!allText(failed).join().includes('kept in the volume')) failed = await reader.execution(uuid)
    const path = `/data/${failed.data?.[1]?.meta?.uuid}/kept`
    const [, volume = ''] = /kept in the volume (\S+) of the platform simulated/.exec(allText(failed).join()) ?? []
    // More than the buffers of a connection hold.
    truncateSync(join(own.dataDirectory, 'simulated', 'simulated', volume, 'kept.csv'), 2 ** 28)
    const gone = new AbortController()
    const slow = await fetch(own.url + path, { signal: gone.signal })
    expect(slow.status).toBe(200)
    const others = await Promise.all([1, 2, 3].map(() => reader.get(path)))
    expect(others.map(({ status }) => status)).toEqual([429, 429, 429])
    expect(others[0]?.headers.get('Retry-After')).toBe('10')
    gone.abort()
    let status = 429
    while (status === 429) ({ status } = await reader.get(`${path}?FILE=nothing`))
    expect(status).toBe(404)
    await own.close()
  })
  it('is kept where it cannot be saved although the program failed', async () => {
    const broker = await testBroker({ 'data.keepUnsaved': 'PT2S', 'data.attempts': 1 })
    const api = new Api(broker.url)
    data.faults.set('/unwilling.csv', [{ method: 'PUT', status: 403 }])
    const { data: resources = [], ...request } = copying('/unwilling.csv', COPY, { SIMULATED_EXIT_CODE: '3' })
    const wanting = resources.map((one) => (one.access ? { ...one, saveOnFailure: true } : one))
    const ended = await api.ends(await api.run({ ...request, data: wanting }))
    expect(messageNames(ended.data?.[1])).toEqual(['results-kept', 'step-failed'])
    await broker.close()
  })
  it('cannot be saved of data that are only read', async () => {
    const { data: resources = [], ...request } = copying('/read.csv')
    const { result, meta } = await api.offers({
      ...request,
      data: resources.map((one) => ({ ...one, access: 'READONLY', saveOnFailure: true })),
    })
    expect([result, meta.messages?.[0]?.message]).toEqual([
      'NO',
      expect.stringMatching(
        /^The value 'true' of \/data\/0\/saveOnFailure cannot be used: READONLY data are not saved;/,
      ),
    ])
  })
  it('is not kept of a program that failed when there is nothing', async () => {
    const uuid = await api.run(copying('/failed.csv', ['false']))
    expect(messageNames((await api.ends(uuid)).data?.[1])).toEqual([])
  })
  it('is kept under another name, and its names are said', async () => {
    const broker = await testBroker({ 'data.keepUnsaved': 'PT2S' })
    const api = new Api(broker.url)
    const ended = await api.ends(await api.run(copying('/elsewhere.csv', ['cp', '/in/content', '/out/mine.csv'])))
    expect(ended.phase).toBe('FAILED')
    expect(messageNames(ended.data?.[1])).toEqual(['step-failed', 'results-kept'])
    expect(allText(ended)).toContain(
      'Saving the data failed: the program has made no file elsewhere.csv, but mine.csv; let it write to /out/elsewhere.csv or /out/content.',
    )
    expect(putsOf('/elsewhere.csv')).toEqual([])
    await broker.close()
  })
  it('is sent no further when the client cancels', async () => {
    data.faults.set('/never.csv', [{ method: 'PUT', stallsAfter: 0 }])
    const uuid = await api.run(copying('/never.csv'))
    await data.asked('PUT', '/never.csv')
    await api.setPhase(uuid, 'CANCELLED')
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe('CANCELLED')
    expect(messageNames(ended.data?.[1])).toEqual([])
    expect(putsOf('/never.csv')).toHaveLength(1)
  })
  it('is nothing when there is no such file, which is a failure', async () => {
    const ended = await api.ends(await api.run(copying('/nothing.csv', ['true'])))
    expect(ended.phase).toBe('FAILED')
    expect(ended.data?.[1]?.phase).toBe('FAILED')
    expect(allText(ended)).toContain(
      'Saving the data failed: the program has made no file nothing.csv; let it write to /out/nothing.csv or /out/content.',
    )
    expect(putsOf('/nothing.csv')).toEqual([])
  })
  it('is told where it has to be written, also when nothing is mounted', async () => {
    const unmounted = containerRequest(
      { command: ['true'] },
      { data: [{ kind: KIND.simpleData, location: `${data.url}/loose.csv`, access: 'WRITEONLY' }] },
    )
    expect(allText(await api.ends(await api.run(unmounted)))).toContain(
      'Saving the data failed: the program has made no file loose.csv; let it write to loose.csv or content in its volume, which `compute.volumes` mounts.',
    )
  })
})

describe('a place that sends results on', () => {
  const LARGE = 300_000
  const sending = (path: string) => {
    data.files.set('/large.bin', { content: LARGE })
    const request = copying(path)
    const [stars, result] = request.data as [Schemas['DataResource'], Schemas['DataResource']]
    return { ...request, data: [{ ...stars, location: `${data.url}/large.bin` }, result] }
  }
  it.each([
    ['307, and asks for nothing before it knows', '/door-307', {}, 0],
    ['308, as well', '/door-308', { status: 308 }, 0],
    ['307 when the file is on its way', '/late', { expectsNothing: true }, LARGE],
  ])('with %s, is followed', async (_, path, fault, received) => {
    data.faults.set(path, [{ method: 'PUT', redirectsTo: `${path}-pool`, ...fault }])
    expect((await api.ends(await api.run(sending(path)))).phase).toBe('COMPLETED')
    expect((data.files.get(`${path}-pool`)?.content as Buffer).length).toBe(LARGE)
    expect([putsOf(path)[0]?.received ?? 0, putsOf(`${path}-pool`)[0]?.received]).toEqual([received, LARGE])
  })
  it('with a file that is small is followed', async () => {
    data.faults.set('/small-door', [{ method: 'PUT', redirectsTo: '/small-pool' }])
    expect((await api.ends(await api.run(copying('/small-door')))).phase).toBe('COMPLETED')
    expect(contentAt('/small-pool')).toBe('Vega,0.03\n')
  })
  it.each(['http://10.0.0.1/pool', 'http://169.254.169.254/latest', 'http://[::1]:1/', 'ftp://127.0.0.1/'])(
    'is not followed to %s',
    async (redirectsTo) => {
      data.faults.set('/lured', [{ method: 'PUT', redirectsTo }])
      const uuid = await api.run(sending('/lured'))
      await expect(api.reaches(uuid, 'COMPLETED')).rejects.toThrow(/is not allowed here|not taken from/)
    },
  )
  it('is sent the token at the server that it is for, and at no other', async () => {
    const other = await startDataServer()
    data.faults.set('/with-token', [{ method: 'PUT', redirectsTo: `${other.url}/pool` }])
    const sink = new HttpsSink({
      guard: new AddressGuard({ allowedNetworks: ['127.0.0.0/8'] }),
      ...{ userAgent: 'test', connectTimeoutMs: 2_000, idleTimeoutMs: 2_000, redirectsMax: 5 },
    }).as(async () => 'secret')
    const file = { sizeBytes: 4, read: async () => Readable.from([Buffer.from('data')]) }
    await sink.save(new URL(`${data.url}/with-token`), file, new AbortController().signal)
    expect(putsOf('/with-token')[0]?.headers.authorization).toBe('Bearer secret')
    expect(other.requests.map(({ method, headers }) => [method, headers.authorization])).toEqual([['PUT', undefined]])
    await other.close()
  })
})

describe('results are not said to be saved', () => {
  const large = (path: string) => {
    data.files.set('/film.bin', { content: 20_000_000 })
    const request = copying(path)
    const [stars, result] = request.data as [Schemas['DataResource'], Schemas['DataResource']]
    return { ...request, data: [{ ...stars, location: `${data.url}/film.bin` }, result] }
  }
  it('when the place answers before it has taken them', async () => {
    data.faults.set('/hasty.bin', [{ method: 'PUT', answersAfter: 64_000 }])
    const uuid = await api.run(large('/hasty.bin'))
    await expect(api.reaches(uuid, 'COMPLETED')).rejects.toThrow(
      /ended as FAILED: .*(said that it had the data after \d+ of 20000000 bytes|broke off the connection).*at the last of 3/,
    )
  })
  it.each([
    ['fewer bytes', { content: Buffer.from('Vega') }, /has 4 bytes of the 10 that were sent/],
    ['another checksum', { content: Buffer.alloc(10), headers: { digest: 'adler32=00000001' } }, /adler32 .*00000001/],
  ])('when the place has %s afterwards', async (what, becomes, reason) => {
    const path = `/${what.replace(' ', '-')}.csv`
    data.faults.set(path, [{ method: 'PUT', becomes }])
    const uuid = await api.run(copying(path))
    await expect(api.reaches(uuid, 'COMPLETED')).rejects.toThrow(reason)
    expect(messageNames((await api.execution(uuid)).data?.[1])).toContain('results-kept')
  })
  it.each([
    ['is not asked', { status: 405 }],
    ['shows a page', { becomes: { content: Buffer.from('<p>'), headers: { 'content-type': 'text/html' } } }],
  ])('and are where the place does not say: one that %s', async (what, fault) => {
    const path = `/${what.replaceAll(' ', '-')}.csv`
    data.faults.set(path, [{ method: 'status' in fault ? 'HEAD' : 'PUT', ...fault }])
    expect((await api.ends(await api.run(copying(path)))).phase).toBe('COMPLETED')
  })
  it('when they are larger than their storage: holes are no bytes', async () => {
    const request = copying('/sparse.bin', COPY, { SIMULATED_DURATION: 'PT1H' })
    const uuid = await api.run(request)
    const volumes = join(broker.dataDirectory, 'simulated', 'simulated')
    const made = () =>
      readdirSync(volumes)
        .filter((name) => name.startsWith(uuid))
        .map((name) => join(volumes, name, 'sparse.bin'))
        .find((file) => existsSync(file))
    let file = made()
    for (; file === undefined; file = made()) await api.execution(uuid)
    truncateSync(file, 2 ** 40)
    await api.setPhase(uuid, 'RELEASING')
    await expect(api.reaches(uuid, 'COMPLETED')).rejects.toThrow(
      /sparse\.bin has 1099511627776 bytes, which is more than its storage of 1 GiB holds/,
    )
    expect(putsOf('/sparse.bin')).toEqual([])
    expect(messageNames((await api.execution(uuid)).data?.[1])).toContain('results-kept')
  })
})

describe('a place that does not take the results', () => {
  it('for a while is asked again', async () => {
    data.faults.set('/busy.csv', [{ method: 'PUT', status: 503, times: ATTEMPTS - 1 }])
    expect((await api.ends(await api.run(copying('/busy.csv')))).phase).toBe('COMPLETED')
    expect(putsOf('/busy.csv').length).toBe(ATTEMPTS)
  })
  it.each([
    ['at all', '/refused.csv', 403, 1, /does not permit writing the data \(it answered 403\)/],
    ['however often it is asked', '/away.csv', 503, ATTEMPTS, /\(it answered 503\), at the last of 3 attempts/],
    ['but leads on for ever', '/moved.csv', 307, 6, /leads through more than 5 redirects/],
    ['but leads to a page', '/page.csv', 302, 1, /does not take the data \(it answered 302\)/],
  ])('%s makes the execution fail, and the results stay where they are', async (_, path, status, puts, reason) => {
    data.faults.set(path, [{ method: 'PUT', status, ...(status < 400 ? { redirectsTo: path } : {}) }])
    const uuid = await api.run(copying(path))
    await expect(api.reaches(uuid, 'FAILED')).resolves.toMatchObject({ phase: 'FAILED' })
    // What has to wait is the copy alone.
    for (let phase = ''; phase !== 'COMPLETED';) phase = (await api.execution(uuid)).compute?.phase ?? ''
    const failed = await api.execution(uuid)
    expect(failed.data?.[1]?.phase).toBe('FAILED')
    expect(messageNames(failed.data?.[1])).toEqual(['results-kept', 'step-failed'])
    expect(allText(failed).join()).toMatch(reason)
    const [, volume = ''] = /kept in the volume (\S+) of the platform simulated/.exec(allText(failed).join()) ?? []
    expect(putsOf(path).length).toBe(puts)
    expect(existsSync(join(broker.dataDirectory, 'simulated', 'simulated', volume, path.slice(1)))).toBe(true)
  })
  it('does not hold up a stream of events, which ends with the execution', async () => {
    data.faults.set('/unsupported.csv', [{ method: 'PUT', status: 501 }])
    const uuid = await api.run(copying('/unsupported.csv'))
    const events = await api.events(uuid)
    const phases = events.filter(({ type, component }) => type === 'phase' && !component).map(({ phase }) => phase)
    expect(phases.at(-1)).toBe('FAILED')
    const failed = await api.execution(uuid)
    expect([failed.compute?.phase, messageNames(failed.data?.[1])]).toEqual([
      'COMPLETED',
      ['results-kept', 'step-failed'],
    ])
    const again = await api.get(`/executions/${uuid}/events`, { 'Last-Event-ID': events.at(-1)?.id as string })
    expect(again.status).toBe(204)
  })
  it('keeps their storage, which is not offered to others for that time', async () => {
    const small = await testBroker({ 'data.attempts': 1, 'data.keepUnsaved': 'PT1H' })
    data.faults.set('/long.csv', [{ method: 'PUT', status: 403 }])
    const other = new Api(small.url)
    const { data: [stars, result] = [], ...request } = copying('/long.csv')
    const uuid = await other.run({
      ...request,
      schedule: { requested: { duration: 'PT1M' } },
      storage: ['for stars', 'for the result'].map((name) => ({ kind: KIND.simpleStorage, meta: { name } })),
      data: [
        { ...stars, storage: 'for stars' } as Schemas['DataResource'],
        { ...result, storage: 'for the result' } as Schemas['DataResource'],
      ],
    })
    await other.reaches(uuid, 'FAILED')
    const keptFor = 3_600_000
    const failedAt = Date.now()
    const phases = async () => (await other.execution(uuid)).storage?.map(({ phase }) => phase) ?? []
    // Both would be given back together.
    let seen = await phases()
    while (seen[0] !== 'COMPLETED') seen = await phases()
    expect(seen).toEqual(['COMPLETED', 'AVAILABLE'])
    const { offers } = await other.offers(
      containerRequest({}, { storage: [{ kind: KIND.simpleStorage, size: { min: 100 } }] }),
    )
    const { promisedAt } = startOf(offers?.[0] as Schemas['Execution'])
    expect(promisedAt).toBeGreaterThan(failedAt + keptFor - 60_000)
    await small.close()
  })
  it('is kept for the configured time only', async () => {
    const hasty = await testBroker({ 'data.attempts': 1, 'data.keepUnsaved': 'PT0.2S' })
    data.faults.set('/short.csv', [{ method: 'PUT', status: 403 }])
    const other = new Api(hasty.url)
    const ended = await other.ends(await other.run(copying('/short.csv')))
    expect(ended.phase).toBe('FAILED')
    const [, volume = ''] = /kept in the volume (\S+) of/.exec(allText(ended).join()) ?? []
    expect(volume).not.toBe('')
    const kept = () => existsSync(join(hasty.dataDirectory, 'simulated', 'simulated', volume))
    while (kept()) await other.execution(ended.meta.uuid as string)
    expect(kept()).toBe(false)
    await hasty.close()
  })
})

describe('a request whose results could not be written', () => {
  it('is answered with NO and the field', async () => {
    const request = copying('/readonly.csv')
    const volumes = request.compute?.volumes?.map((volume) => ({ ...volume, mode: 'READONLY' as const }))
    const { result, meta } = await api.offers({
      ...request,
      compute: { kind: KIND.simpleCompute, ...(volumes ? { volumes } : {}) },
    })
    expect(result).toBe('NO')
    expect(meta.messages?.[0]?.message).toMatch(/\/compute\/volumes\/1\/mode/)
  })
})
