import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDataServer, type DataServer, type Fault } from '../../../test/support/data-server.ts'
import { AddressGuard, type Resolve } from '../address-guard.ts'
import { redirectTarget } from './exchange.ts'
import { HttpsSource } from './https-source.ts'

const quiet = new AbortController().signal

const sourceOf = (resolve?: Resolve) =>
  new HttpsSource({
    guard: new AddressGuard({ allowedNetworks: ['127.0.0.1/32'] }, resolve),
    userAgent: 'execution-broker/test',
    connectTimeoutMs: 2_000,
    idleTimeoutMs: 1_000,
    redirectsMax: 5,
  })

describe('redirects', () => {
  const source = sourceOf()
  let server: DataServer
  beforeAll(async () => {
    server = await startDataServer()
  })
  afterAll(() => server.close())

  function put(path: string, content: string, fault?: Fault): URL {
    server.files.set(path, { content: Buffer.from(content) })
    server.faults.set(path, fault ? [fault] : [])
    return new URL(path, server.url)
  }
  const redirect = (path: string, redirectsTo: string, status = 302) => put(path, '', { redirectsTo, status })
  const get = (location: URL) => source.describe(location, quiet)

  function chain(length: number): URL {
    const statuses = [301, 302, 303, 307, 308]
    let target = put('/target', 'content')
    for (let step = 0; step < length; step++)
      target = redirect(`/step-${step}`, step === 0 ? target.href : `step-${step - 1}`, statuses[step % 5])
    return target
  }

  it('are followed, five of them, and the name stays that of the URL that was given', async () => {
    const location = chain(5)
    expect(await get(location)).toMatchObject({ name: 'step-4', sizeBytes: 7 })
    const chunks = await (await source.open(location, 3, undefined, quiet)).toArray()
    expect(Buffer.concat(chunks as Buffer[]).toString()).toBe('tent')
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=3-')
  })
  it('are not followed for ever', async () => {
    await expect(get(chain(6))).rejects.toMatchObject({
      code: 'DATA_UNAVAILABLE',
      detail: expect.stringContaining('5') as string,
    })
    const loop = redirect('/loop', '/loop')
    await expect(get(loop)).rejects.toMatchObject({ code: 'DATA_UNAVAILABLE' })
  })
  it.each([
    'http://127.0.0.2:1/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]:1/',
    'http://[::ffff:10.0.0.1]/',
    'http://0x7f.2/',
    'http://localhost.:1/',
  ])('to %s are refused', async (target) => {
    // The name of this machine has an address that is not the one that is allowed.
    const guarded = sourceOf((_name, _options, found) => found(null, [{ address: '127.0.0.3', family: 4 }]))
    const location = redirect('/outside', target)
    await expect(guarded.describe(location, quiet)).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
    await expect(guarded.open(location, 0, undefined, quiet)).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
  })
  it.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'data:text/plain,a', 'http://u:p@127.0.0.1/', 'http://['])(
    'to %s are refused',
    async (target) => {
      const location = redirect('/elsewhere', target)
      await expect(get(location)).rejects.toMatchObject({ code: 'DATA_UNAVAILABLE' })
    },
  )
  it('never lead from https to http', () => {
    const from = new URL('https://example.org/a')
    expect(() => redirectTarget(from, 'http://example.org/a')).toThrow('from https to http')
    expect(redirectTarget(from, '/b').href).toBe('https://example.org/b')
    expect(redirectTarget(new URL('http://example.org/a'), 'https://example.org/b').protocol).toBe('https:')
  })
})
