import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startDataServer, type DataServer, type Fault, type ServedFile } from '../../../test/support/data-server.ts'
import { HastyClock } from '../../../test/support/fake-clock.ts'
import { spoolIn } from '../../../test/support/spool.ts'
import { skipForWantOf } from '../../../test/support/skipping.ts'
import { AddressGuard } from '../address-guard.ts'
import { dataSourceConformance, type Arrangement } from '../conformance.ts'
import { stage } from '../staging.ts'
import { HttpsSource } from './https-source.ts'

const LOOPBACK = new AddressGuard({ allowedNetworks: ['127.0.0.1/32'] })
const source = new HttpsSource({
  guard: LOOPBACK,
  userAgent: 'execution-broker/test',
  connectTimeoutMs: 2_000,
  idleTimeoutMs: 250,
  redirectsMax: 5,
})
const quiet = new AbortController().signal

dataSourceConformance('the web', async () => {
  const server = await startDataServer()
  return {
    source,
    arrange: (name, arrangement) => {
      server.files.set(`/${name}`, served(arrangement))
      server.faults.set(`/${name}`, faultsOf(arrangement))
      return new URL(`/${name}`, server.url)
    },
    cannot: {},
    close: server.close,
  }
})

function served({ content, checksum, noVersion }: Arrangement): ServedFile {
  const digest = checksum && `sha-256=:${Buffer.from(checksum.value, 'hex').toString('base64')}:`
  return { content, headers: { ...(digest ? { 'repr-digest': digest } : {}), ...(noVersion ? { etag: '' } : {}) } }
}

function faultsOf(arrangement: Arrangement): Fault[] {
  const always: Fault = {
    ...(arrangement.missing ? { status: 404 } : {}),
    ...(arrangement.forbidden ? { status: 403 } : {}),
    ...(arrangement.sizeUnknown ? { unannounced: true } : {}),
    ...(arrangement.noMiddle ? { ignoresRange: true } : {}),
  }
  const get: Fault = { ...always, method: 'GET' }
  const becomes = arrangement.becomes && { content: arrangement.becomes }
  return [
    ...(arrangement.busyTimes ? [{ status: 503, times: arrangement.busyTimes }] : []),
    ...(arrangement.describedAs ? [{ method: 'HEAD' as const, announces: arrangement.describedAs }] : []),
    ...(becomes ? [{ ...get, times: 1, stopsAfter: Math.floor(arrangement.content.length / 2), becomes }] : []),
    ...(arrangement.breaksAfter ?? []).map((stopsAfter) => ({ ...get, times: 1, stopsAfter })),
    ...(arrangement.alwaysBreaksAfter ? [{ ...get, stopsAfter: arrangement.alwaysBreaksAfter }] : []),
    ...(arrangement.stallsAfter ? [{ ...get, stallsAfter: arrangement.stallsAfter }] : []),
    always,
  ]
}

describe('the web', () => {
  let server: DataServer
  beforeAll(async () => {
    server = await startDataServer()
  })
  afterAll(() => server.close())
  beforeEach(() => {
    server.requests.length = 0
  })

  function put(
    path: string,
    content: Buffer | string | number,
    more: Partial<ServedFile> = {},
    ...faults: Fault[]
  ): URL {
    server.files.set(path, { content: typeof content === 'string' ? Buffer.from(content) : content, ...more })
    server.faults.set(path, faults)
    return new URL(path, server.url)
  }
  const get = (location: URL) => source.describe(location, quiet)
  async function read(location: URL, from = 0, version?: string): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of await source.open(location, from, version, quiet)) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString()
  }
  const staging = (location: URL, write = drained) =>
    stage({
      source,
      location,
      write,
      maxBytes: 1e10,
      spool: spoolIn('/nonexistent'),
      owner: 'ada',
      attempts: 3,
      backoffMs: 10,
      clock: new HastyClock(),
      lowestRate: { bytesPerSecond: 0, overMs: 1 },
      onProgress: () => undefined,
      signal: quiet,
    })

  describe('asks', () => {
    it('in its own name, for the bytes as they are, and for a checksum; and sends no secret', async () => {
      await get(put('/a', 'content'))
      expect(server.requests).toHaveLength(1)
      expect(server.requests[0]).toMatchObject({
        method: 'HEAD',
        headers: {
          'user-agent': 'execution-broker/test',
          'accept-encoding': 'identity',
          'want-repr-digest': expect.stringContaining('sha-256') as string,
          'want-digest': expect.stringContaining('adler32') as string,
        },
      })
      expect(server.requests[0]?.headers).not.toHaveProperty('authorization')
    })
    it('for the query of a URL, which no failure repeats', async () => {
      const location = new URL(put('/signed', 'content', {}, { status: 403 }))
      location.search = '?signature=secret'
      const error = await get(location).catch((caught: unknown) => caught)
      expect(server.requests[0]?.path).toBe('/signed?signature=secret')
      expect(error).toMatchObject({ code: 'DATA_UNAVAILABLE', detail: expect.stringContaining('403') as string })
      expect(JSON.stringify(error) + (error as Error).message).not.toContain('secret')
    })
    it.each(['http://user:secret@127.0.0.1/', 'https://user@127.0.0.1/'])('never with credentials: %s', async (url) => {
      const error = await get(new URL(url)).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'DATA_UNAVAILABLE', detail: expect.stringMatching(/password/) as string })
      expect((error as Error).message).not.toContain('secret')
    })
    it('only the web', async () => {
      await expect(get(new URL('file:///etc/passwd'))).rejects.toMatchObject({ code: 'DATA_UNAVAILABLE' })
    })
  })

  describe('a server without HEAD is asked with GET', () => {
    it.each([400, 403, 404, 405, 500, 501])('when HEAD is answered with %i', async (status) => {
      const location = put('/get-only', 'content', {}, { method: 'HEAD', status })
      expect(await get(location)).toMatchObject({ name: 'get-only', sizeBytes: 7, resumable: true })
      expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
    })
    it('when HEAD is answered with no bytes', async () => {
      expect(await get(put('/empty-head', 'content', {}, { method: 'HEAD', announces: 0 }))).toMatchObject({
        sizeBytes: 7,
      })
    })
    it('whose body is not read', async () => {
      const location = put('/long', 1e12, {}, { method: 'HEAD', status: 405 })
      expect(await get(location)).toMatchObject({ sizeBytes: 1e12 })
    })
    it('but not when it is busy', async () => {
      await expect(get(put('/busy', '', {}, { status: 429 }))).rejects.toMatchObject({ code: 'DATA_INTERRUPTED' })
      expect(server.requests).toHaveLength(1)
    })
  })

  describe('an answer', () => {
    it.each([
      [401, 'DATA_UNAVAILABLE'],
      [403, 'DATA_UNAVAILABLE'],
      [404, 'DATA_UNAVAILABLE'],
      [410, 'DATA_UNAVAILABLE'],
      [418, 'DATA_UNAVAILABLE'],
      [204, 'DATA_UNAVAILABLE'],
      [206, 'DATA_UNAVAILABLE'],
      [304, 'DATA_UNAVAILABLE'],
      [408, 'DATA_INTERRUPTED'],
      [429, 'DATA_INTERRUPTED'],
      [500, 'DATA_INTERRUPTED'],
      [503, 'DATA_INTERRUPTED'],
    ])('of %i is %s, and the failure says so', async (status, code) => {
      const location = put('/status', 'content', {}, { status })
      const expected = { code, detail: expect.stringContaining(String(status)) as string }
      await expect(get(location)).rejects.toMatchObject(expected)
      await expect(read(location)).rejects.toMatchObject(expected)
    })
    it('of 500 is asked for again, and the data come when they can', async () => {
      expect(await staging(put('/recovers', 'content', {}, { status: 500, times: 3 }))).toMatchObject({ bytes: 7 })
    })
    it.each([
      ['a strong tag', { etag: '"one"', 'last-modified': 'Tue, 24 Nov 2026 00:00:00 GMT' }, '"one"'],
      [
        'the date, when the tag is weak',
        { etag: 'W/"one"', 'last-modified': 'Tue, 24 Nov 2026 00:00:00 GMT' },
        'Tue, 24 Nov 2026 00:00:00 GMT',
      ],
      ['nothing', { etag: '' }, undefined],
    ])('tells the version by %s', async (_, headers, version) => {
      const description = await get(put('/version', 'content', { headers }))
      expect(description).toMatchObject({ resumable: version !== undefined })
      expect(description.version).toBe(version)
    })
    it('in the middle says which bytes it has', async () => {
      const location = put('/place', 'content', { headers: { 'content-range': 'bytes 0-3/7' } })
      await expect(read(location, 3)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    })
    it('to a range by the date needs no date', async () => {
      const date = 'Tue, 24 Nov 2026 00:00:00 GMT'
      const location = put('/dated', 'content', { headers: { etag: '', 'last-modified': date } })
      expect(await read(location, 3, date)).toBe('tent')
      expect(server.requests[0]?.headers).toMatchObject({ range: 'bytes=3-', 'if-range': date })
      await expect(read(location, 3, 'Mon, 23 Nov 2026 00:00:00 GMT')).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    })
    it('that there is no such range is a change of the data', async () => {
      await expect(read(put('/short', 'content'), 8)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    })
  })

  describe('a size that both HEAD and GET announce wrongly', () => {
    it('is found out when there are fewer bytes', async () => {
      await expect(staging(put('/fewer', 'content', {}, { announces: 9 }))).rejects.toMatchObject({
        code: expect.stringMatching(/^DATA_(CORRUPT|INTERRUPTED)$/) as string,
      })
    })
    it('is found out by the checksum when there are more: to HTTP the data end there', async () => {
      const headers = { 'content-md5': 'mgNkuembtIDdJeHwKEyFVQ==' }
      await expect(staging(put('/more', 'content', { headers }))).resolves.toMatchObject({ bytes: 7 })
      const location = put('/more', 'content', { headers }, { announces: 5 })
      await expect(staging(location)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    })
  })

  describe('data that are compressed although they were not to be', () => {
    it('are decompressed, and promise neither size nor resuming', async () => {
      const location = put(
        '/table.csv',
        'content',
        { headers: { digest: 'md5=mgNkuembtIDdJeHwKEyFVQ==' } },
        { gzips: true },
      )
      expect(await get(location)).toMatchObject({ name: 'table.csv', resumable: false })
      expect(await get(location)).not.toHaveProperty('sizeBytes')
      expect(await get(location)).not.toHaveProperty('checksum')
      expect(await read(location)).toBe('content')
    })
    it('stay as they are when their name says that they are', async () => {
      const bytes = gzipSync('content')
      const location = put('/image.fits.gz', bytes, { headers: { 'content-encoding': 'x-gzip' } })
      expect(await get(location)).toMatchObject({ sizeBytes: bytes.length, resumable: true })
      const written: Buffer[] = []
      await staging(location, async ({ content }) => {
        for await (const chunk of content) written.push(chunk as Buffer)
      })
      expect(Buffer.concat(written).equals(bytes)).toBe(true)
    })
    it('are not taken when they cannot be decompressed', async () => {
      const brotli = put('/a.br', 'content', { headers: { 'content-encoding': 'br' } })
      await expect(get(brotli)).rejects.toMatchObject({
        code: 'DATA_UNAVAILABLE',
        detail: expect.stringContaining("'br'") as string,
      })
      const broken = put('/broken', 'content', { headers: { 'content-encoding': 'gzip' } })
      await expect(read(broken)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    })
    it('are not resumed in the middle of the compressed form', async () => {
      const location = put('/part', gzipSync('content'), { headers: { 'content-encoding': 'gzip' } })
      await expect(read(location, 3)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
    })
  })

  describe('a server', () => {
    it('that nobody is at can be tried again', async () => {
      const gone = createServer().listen(0, '127.0.0.1')
      await once(gone, 'listening')
      const { port } = gone.address() as AddressInfo
      gone.close()
      await once(gone, 'close')
      await expect(get(new URL(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({
        code: 'DATA_INTERRUPTED',
        detail: expect.stringContaining('ECONNREFUSED') as string,
      })
    })
    it('that says nothing is given up', async () => {
      const silent = createServer().listen(0, '127.0.0.1')
      await once(silent, 'listening')
      const { port } = silent.address() as AddressInfo
      await expect(get(new URL(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({
        code: 'DATA_INTERRUPTED',
        detail: expect.stringContaining('silent') as string,
      })
      silent.close()
    })
    it('that does not speak HTTP can be tried again', async () => {
      const garbage = createServer((socket) => socket.end('220 ftp.example.org\r\n')).listen(0, '127.0.0.1')
      await once(garbage, 'listening')
      const { port } = garbage.address() as AddressInfo
      await expect(get(new URL(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({ code: 'DATA_INTERRUPTED' })
      garbage.close()
    })
    it('that has no address is unknown', async () => {
      const guard = new AddressGuard({ allowedNetworks: [] }, (name, _options, found) =>
        found(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []),
      )
      const nowhere = new HttpsSource({
        guard,
        userAgent: 'x',
        connectTimeoutMs: 1000,
        idleTimeoutMs: 1000,
        redirectsMax: 5,
      })
      await expect(nowhere.describe(new URL('https://nowhere.example/'), quiet)).rejects.toMatchObject({
        code: 'DATA_UNAVAILABLE',
      })
    })
    it('whose certificate is not trusted gives no data', async (context) => {
      const certificate = selfSigned()
      if (!certificate) return skipForWantOf(context, 'there is no openssl to make a certificate with')
      const secure = createTlsServer(certificate, (_request, response) => response.end('content')).listen(
        0,
        '127.0.0.1',
      )
      await once(secure, 'listening')
      const { port } = secure.address() as AddressInfo
      await expect(get(new URL(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
        code: 'DATA_UNAVAILABLE',
        detail: expect.stringContaining('certificate') as string,
      })
      secure.close()
    })
    it('that plainly speaks HTTP where https was asked for gives no data', async () => {
      const location = put('/plain', 'content')
      location.protocol = 'https:'
      await expect(get(location)).rejects.toMatchObject({ code: 'DATA_UNAVAILABLE' })
    })
  })

  it('is left at once while it is being connected to', async () => {
    const guard = new AddressGuard({ allowedNetworks: [] }, () => undefined)
    const waiting = new HttpsSource({
      guard,
      userAgent: 'x',
      connectTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      redirectsMax: 5,
    })
    const aborting = new AbortController()
    const reason = new Error('not any more')
    setImmediate(() => aborting.abort(reason))
    await expect(waiting.describe(new URL('http://example.org/'), aborting.signal)).rejects.toBe(reason)
  })

  it('passes much data through little memory, however slow the target is', async () => {
    const location = put('/huge', 256 * 1024 * 1024)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const { bytes } = await staging(location, async ({ content }) => {
      for await (const _ of content) {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        await new Promise(setImmediate)
      }
    })
    expect(bytes).toBe(256 * 1024 * 1024)
    expect(most).toBeLessThan(100 * 1024 * 1024)
  })
})

async function drained({ content }: { content: AsyncIterable<unknown> }): Promise<void> {
  for await (const _ of content);
}

/** Undefined where there is no openssl. */
function selfSigned(): { key: Buffer; cert: Buffer } | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'certificate-'))
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, '-days', '2', '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert],
      { stdio: 'pipe' },
    )
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  } finally {
    rmSync(directory, { recursive: true })
  }
}
