import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const get = (uuid: string, headers: Record<string, string> = {}, query = '') =>
  api.get<string>(`/streams/${uuid}/stdout${query}`, headers)

describe('the output of a program that has ended', () => {
  let uuid = ''
  beforeAll(async () => {
    uuid = await api.run(containerRequest({ environment: { SIMULATED_STDOUT: '0123456789' } }))
    await api.ends(uuid)
  })
  it.each([
    ['bytes=0-3', 'bytes 0-3/10', '0123'],
    ['bytes=8-', 'bytes 8-9/10', '89'],
    ['bytes=8-99', 'bytes 8-9/10', '89'],
    ['bytes=-3', 'bytes 7-9/10', '789'],
    ['bytes=-99', 'bytes 0-9/10', '0123456789'],
  ])('is read in parts: %s', async (Range, contentRange, text) => {
    const { status, headers, body } = await get(uuid, { Range })
    expect([status, headers.get('content-range'), body]).toEqual([206, contentRange, text])
    expect(headers.get('content-length')).toBe(String(text.length))
  })
  it.each(['bytes=10-', 'bytes=-0'])('has no part %s', async (Range) => {
    const { status, headers } = await get(uuid, { Range })
    expect([status, headers.get('content-range')]).toEqual([416, 'bytes */10'])
  })
  it.each(['bytes=0-1,4-5', 'lines=1-2', 'bytes=5-1'])('is whole for what may be ignored: %s', async (Range) => {
    const { status, headers, body } = await get(uuid, { Range })
    expect([status, headers.get('content-range'), body]).toEqual([200, null, '0123456789'])
    expect(headers.get('accept-ranges')).toBe('bytes')
  })
  it('is read in parts only as long as it is the same', async () => {
    const tag = (await get(uuid)).headers.get('etag') as string
    expect((await get(uuid, { Range: 'bytes=0-0', 'If-Range': tag })).status).toBe(206)
    expect((await get(uuid, { Range: 'bytes=0-0', 'If-Range': '"other"' })).status).toBe(200)
  })
  it('tells its length to HEAD', async () => {
    const { status, headers, body } = await api.send('HEAD', `/streams/${uuid}/stdout`, undefined, {})
    expect([status, headers.get('content-length'), body]).toEqual([200, '10', ''])
  })
  it('may be nothing', async () => {
    const empty = await api.get<string>(`/streams/${uuid}/stderr`)
    expect([empty.status, empty.headers.get('content-length'), empty.body]).toEqual([200, '0', ''])
    expect((await api.get(`/streams/${uuid}/stderr`, { Range: 'bytes=0-' })).status).toBe(416)
  })
})

describe('the output of a program that runs', () => {
  const environment = { SIMULATED_DURATION: 'PT1H', SIMULATED_STDOUT: 'first line\nsecond line\n' }
  let uuid = ''
  beforeAll(async () => {
    uuid = await api.run(containerRequest({ environment }))
    await api.reaches(uuid, 'AVAILABLE')
  })
  afterAll(async () => {
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
  })
  /** Begins to follow, and stops when the headers are there. */
  async function follow(headers: Record<string, string>) {
    const response = await fetch(`${broker.url}/streams/${uuid}/stdout?follow=true`, { headers })
    await response.body?.cancel()
    return response
  }

  it('is sent as it comes, its headers before anything else', async () => {
    const response = await follow({})
    expect([response.status, response.headers.get('content-length')]).toEqual([200, null])
  })
  it('is followed from a byte on, to an end that is not known', async () => {
    const response = await follow({ Range: 'bytes=100000-' })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe('bytes 100000-9007199254740991/*')
  })
  it('does not have yet what did not come', async () => {
    const { status, headers } = await get(uuid, { Range: 'bytes=100000-' })
    expect([status, headers.get('content-range')]).toEqual([416, null])
  })
  it('answers HEAD at once, also to those who would follow', async () => {
    const { status } = await api.send('HEAD', `/streams/${uuid}/stdout?follow=true`, undefined, {})
    expect(status).toBe(200)
  })
})

describe('the output of a program that writes', () => {
  it('is read so far, in a part whose end is known', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${String(index).padStart(3, '0')}`)
    const environment = { SIMULATED_DURATION: 'PT5S', SIMULATED_STDOUT: `${lines.join('\n')}\n` }
    const uuid = await api.run(containerRequest({ environment }))
    await api.reaches(uuid, 'AVAILABLE')
    // Followed until the second line is there, so that there is something now.
    const response = await fetch(`${broker.url}/streams/${uuid}/stdout?follow=true`)
    let read = ''
    for await (const part of response.body ?? []) {
      read += Buffer.from(part as Uint8Array).toString()
      if (read.includes('line 001')) break
    }
    const { status, headers, body } = await get(uuid, { Range: 'bytes=5-10' })
    expect([status, headers.get('content-range'), body]).toEqual([206, 'bytes 5-10/*', '000\nli'])
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
  })
})
