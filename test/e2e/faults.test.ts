/** What goes wrong on real engines: each time a clear message at the right component, and everything is given back. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { cores, messageNames } from '../support/api.ts'
import type { Fault } from '../support/data-server.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { checksumOf, CHECKSUM_SCRIPT, scriptRequest } from '../support/engine-requests.ts'
import { engineSetting, type EngineSetting } from '../support/engine-setting.ts'

const CONTENT = Buffer.alloc(500_000, 'sky')
const GIB = 2 ** 30

/** The last message of a component, or of the execution. */
const lastWords = (part: { meta?: Schemas['ComponentMetadata'] } | undefined) => part?.meta?.messages?.at(-1)?.message

/** The names of what went wrong with a component; what its offer said of it is left out. */
const faultsOf = (part: { meta?: Schemas['ComponentMetadata'] } | undefined) =>
  messageNames({ meta: { messages: part?.meta?.messages?.filter(({ level }) => level === 'ERROR') ?? [] } })

describeOnEngines('a fault', ({ address }) => {
  let setting: EngineSetting
  let uuid: string
  beforeAll(async () => {
    // Small, so that what is not given back is missed.
    setting = await engineSetting(address, { cores: 2, memory: 2, storage: 4 }, { 'data.attempts': 3 })
  })
  afterAll(() => setting.close())
  afterEach(async () => {
    expect(await setting.traces.held([uuid])).toEqual([])
    // All that the pool has is free again, right now.
    const start = `${new Date().toISOString()}/PT5S`
    const everything = {
      ...scriptRequest(setting.image.location, 'true', { start }),
      compute: { ...cores(2), memory: { min: 2 } },
    }
    const { result, offers } = await setting.api.offers(everything, { Prefer: 'offers=1' })
    expect(result).toBe('YES')
    await setting.api.setPhase(offers?.[0]?.meta.uuid as string, 'REJECTED')
  })

  /** Serves the usual content at a path, with faults; gives the URL. */
  function served(path: string, ...faults: Fault[]): string {
    setting.data.files.set(path, { content: CONTENT })
    setting.data.faults.set(path, faults)
    return setting.data.url + path
  }
  async function run(script: string, options: Parameters<typeof scriptRequest>[2] = {}): Promise<string> {
    return (uuid = await setting.api.run(scriptRequest(setting.image.location, script, options)))
  }
  async function fails(script: string, options: Parameters<typeof scriptRequest>[2] = {}) {
    const ended = await setting.api.ends(await run(script, options))
    expect(ended.phase).toBe('FAILED')
    return ended
  }
  const output = async () => (await setting.api.get<string>(`/streams/${uuid}/stdout`)).body

  describe('of the image', () => {
    it('that does not exist fails the executable, and says where it was looked for', async () => {
      uuid = await setting.api.run(scriptRequest('127.0.0.1:1/nowhere/image:1', 'true'))
      const ended = await setting.api.ends(uuid)
      expect(ended.phase).toBe('FAILED')
      expect(ended.executable?.phase).toBe('FAILED')
      expect(lastWords(ended.executable)).toMatch(/^Preparing the executable failed: .*127\.0\.0\.1:1/)
      expect(ended.compute?.phase).toBe('CANCELLED')
    })
    it('that has no such program fails the executable', async () => {
      const request = scriptRequest(setting.image.location, 'true')
      const executable = { ...request.executable, entrypoint: '/bin/no-such-program' } as typeof request.executable
      uuid = await setting.api.run({ ...request, executable })
      const ended = await setting.api.ends(uuid)
      expect(ended.phase).toBe('FAILED')
      expect(faultsOf(ended.executable)).toEqual(['program-not-started'])
      expect([ended.executable?.phase, ended.compute?.phase]).toEqual(['FAILED', 'COMPLETED'])
    })
  })

  describe('of the data', () => {
    it('that are not there when they are asked about is a NO', async () => {
      uuid = ''
      const url = `${setting.data.url}/nothing`
      const { result, meta } = await setting.api.offers(scriptRequest(setting.image.location, 'true', { data: [url] }))
      expect(result).toBe('NO')
      expect(lastWords({ meta: meta })).toMatch(/has no such data \(it answered 404\)/)
    })
    it('that are gone when they are fetched fails the data', async () => {
      const ended = await fails('true', { data: [served('/gone', { method: 'GET', status: 404 })] })
      expect(ended.data?.[0]?.phase).toBe('FAILED')
      expect(lastWords(ended.data?.[0])).toMatch(/^Preparing the data failed: .* has no such data \(it answered 404\)/)
      expect(ended.compute?.phase).toBe('CANCELLED')
      expect(ended.executable?.exitCode).toBeUndefined()
    })
    it('that stop half-way are resumed', async () => {
      const url = served('/stops', { method: 'GET', stopsAfter: 200_000, times: 2 })
      const ended = await setting.api.ends(await run(CHECKSUM_SCRIPT, { data: [url] }))
      expect(ended.phase).toBe('COMPLETED')
      expect(await output()).toBe(checksumOf(CONTENT))
      const ranges = setting.data.requests.filter(({ path, method }) => path === '/stops' && method === 'GET')
      expect(ranges.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=200000-', 'bytes=400000-'])
    })
    it('that stop for good fails the data, after the configured attempts', async () => {
      const url = served('/stops-for-good', { method: 'GET', stopsAfter: 10 })
      const ended = await fails('true', { data: [url] })
      expect(ended.data?.[0]?.phase).toBe('FAILED')
      expect(lastWords(ended.data?.[0])).toMatch(/^Preparing the data failed: .*at the last of 3 attempts/)
    })
    it('that turn out to be larger than their storage is NO_SPACE, before a byte is copied', async () => {
      // An engine does not limit its volumes, so the broker does: by the size of the storage that was booked.
      const url = served('/large', { method: 'HEAD', unannounced: true, times: 1 })
      setting.data.files.set('/large', { content: 2 * GIB })
      const ended = await fails('true', { data: [url] })
      expect(lastWords(ended.data?.[0])).toMatch(
        `the data have ${2 * GIB} bytes, more than the ${GIB} bytes that there is room for`,
      )
      expect(setting.data.requests.filter(({ path, method }) => path === '/large' && method === 'GET')).toEqual([])
    })
  })

  describe('of the program', () => {
    it('that exits 3 fails the executable with the code, and its output is kept', async () => {
      const ended = await fails('echo before; exit 3')
      expect(ended.executable).toMatchObject({ phase: 'FAILED', exitCode: 3 })
      expect(faultsOf(ended.executable)).toEqual(['exit-code'])
      expect(await output()).toBe('before\n')
    })
    it.each([
      [137, 'SIGKILL'],
      [143, 'SIGTERM'],
      [158, 'SIGPWR'],
    ])('that exits %i by itself fails the executable, and no cause is made up', async (exitCode, signal) => {
      const ended = await fails(`exit ${exitCode}`)
      expect(ended.executable).toMatchObject({ phase: 'FAILED', exitCode })
      expect(lastWords(ended.executable)).toBe(`The program ended with exit code ${exitCode}, as by ${signal}.`)
      expect(messageNames(ended.compute)).toEqual([])
    })
    it('that uses too much memory is told apart from one that was killed', { timeout: 60_000 }, async () => {
      const ended = await fails('exec tail /dev/zero')
      expect(ended.executable?.exitCode).toBe(137)
      const { product } = await setting.platform()
      expect(lastWords(ended.executable)).toBe(
        product.startsWith('Podman 4.')
          ? 'The program ended with exit code 137, as by SIGKILL.'
          : 'The program was killed because it used more memory than the 1 GiB of its offer.',
      )
    })
    it('that does not end in time is stopped, also when it does not heed that', { timeout: 60_000 }, async () => {
      const ended = await fails(`trap '' TERM; echo begun; while :; do sleep 0.1; done`, { duration: 'PT3S' })
      expect(faultsOf(ended.executable)).toEqual(['time-limit'])
      expect(ended.executable?.exitCode).toBe(137)
      expect(await output()).toBe('begun\n')
    })
  })

  describe('of the client, who cancels', () => {
    async function cancelled(): Promise<Schemas['Execution']> {
      expect((await setting.api.setPhase(uuid, 'CANCELLED')).body.phase).toBe('CANCELLED')
      return setting.api.ends(uuid)
    }
    it('while it waits, leaves nothing', async () => {
      await run('true', { start: new Date(Date.now() + 3_600_000).toISOString() })
      await setting.api.reaches(uuid, 'WAITING')
      expect((await cancelled()).compute?.phase).toBe('CANCELLED')
    })
    it('while data are copied, ends the copying', async () => {
      await run('true', { data: [served('/stalls', { method: 'GET', stallsAfter: 100 })] })
      await setting.data.asked('GET', '/stalls')
      const ended = await cancelled()
      expect(ended.data?.[0]?.phase).toBe('CANCELLED')
      expect(ended.history?.map(({ phase }) => phase)).not.toContain('AVAILABLE')
    })
    it('while its program runs, stops the program', async () => {
      await run('echo begun; sleep 3600')
      await setting.traces.started(uuid)
      await cancelled()
      expect(await output()).toBe('begun\n')
      expect(await setting.traces.starts(uuid)).toBe(1)
    })
  })
})
