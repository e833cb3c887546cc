/** The main job on real engines, over HTTP: data come in, a container computes, its output is shown, nothing is left. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allText, messageNames } from '../support/api.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { checksumOf, CHECKSUM_SCRIPT, scriptRequest } from '../support/engine-requests.ts'
import { engineSetting, type EngineSetting } from '../support/engine-setting.ts'

/** Podman starts a process of its own for every step, which takes several times as long. */
const CROWD: Readonly<Record<string, number>> = { 'Docker Engine': 50, Podman: 15 }

describeOnEngines('a request', ({ name, address }) => {
  let setting: EngineSetting
  beforeAll(async () => {
    setting = await engineSetting(address, {}, { 'data.keepUnsaved': 'PT1S' })
  })
  afterAll(() => setting.close())

  /** Serves a file of random bytes at a path. */
  function served(path: string, size: number): { url: string; content: Buffer } {
    const content = randomBytes(size)
    setting.data.files.set(path, { content })
    return { url: setting.data.url + path, content }
  }

  it('becomes the result of a real container', { timeout: 120_000 }, async () => {
    const { url, content } = served('/sky/m31.fits', 3_000_000)
    const script = `cd /data/0; ls; ${CHECKSUM_SCRIPT}; echo warned >&2`
    const offerSet = await setting.api.offers(scriptRequest(setting.image.location, script, { data: [url] }))
    expect(offerSet.result).toBe('YES')
    const uuid = offerSet.offers?.[0]?.meta.uuid as string
    await setting.api.setPhase(uuid, 'ACCEPTED')
    const ended = await setting.api.ends(uuid)
    expect(ended.history?.map(({ phase }) => phase)).toEqual([
      'OFFERED',
      'ACCEPTED',
      ...(ended.history?.some(({ phase }) => phase === 'WAITING') ? ['WAITING'] : []),
      'PREPARING',
      'AVAILABLE',
      'RELEASING',
      'COMPLETED',
    ])
    expect(ended.executable?.exitCode).toBe(0)
    // Podman has a digest also for an image that no registry gave.
    const ofImage = name === 'Podman' ? ['image-pinned'] : []
    expect(messageNames(ended.executable)).toEqual(['root-measured', ...ofImage])
    expect((await setting.api.get<string>(`/streams/${uuid}/stdout`)).body).toBe(
      `content\nm31.fits\n${checksumOf(content)}`,
    )
    expect((await setting.api.get<string>(`/streams/${uuid}/stderr`)).body).toBe('warned\n')
    expect(await setting.traces.held([uuid])).toEqual([])
    expect(await setting.traces.starts(uuid)).toBe(1)
  })

  it('has what its program makes saved before it is given back', { timeout: 120_000 }, async () => {
    const { url, content } = served('/sky/m33.fits', 200_000)
    const script = 'sha256sum < /data/0/content | cut -c1-64 > /data/1/content'
    const request = scriptRequest(setting.image.location, script, { data: [url, `${setting.data.url}/sums/m33.txt`] })
    const [stars, sum] = request.data ?? []
    if (!stars || !sum) throw new Error('the request has no data')
    const uuid = await setting.api.run({ ...request, data: [stars, { ...sum, access: 'WRITEONLY' }] })
    const ended = await setting.api.ends(uuid)
    expect([ended.phase, ...allText(ended).filter((text) => /failed/.test(text))]).toEqual(['COMPLETED'])
    expect(String(setting.data.files.get('/sums/m33.txt')?.content)).toBe(checksumOf(content))
    expect(await setting.traces.held([uuid])).toEqual([])
  })

  it('whose results nobody takes fails, and keeps them on the engine for a while', { timeout: 120_000 }, async () => {
    setting.data.faults.set('/sums/refused.txt', [{ method: 'PUT', status: 403 }])
    const { url } = served('/sky/m32.fits', 1_000)
    const script = 'cp /data/0/content /data/1/content'
    const request = scriptRequest(setting.image.location, script, {
      data: [url, `${setting.data.url}/sums/refused.txt`],
    })
    const [stars, sum] = request.data ?? []
    if (!stars || !sum) throw new Error('the request has no data')
    const uuid = await setting.api.run({ ...request, data: [stars, { ...sum, access: 'WRITEONLY' }] })
    const ended = await setting.api.ends(uuid)
    expect(ended.phase).toBe('FAILED')
    expect(allText(ended).join()).toMatch(/kept in the volume \S+ of the platform/)
    await expect.poll(() => setting.traces.held([uuid]), { timeout: 60_000 }).toEqual([])
  })

  describe('that comes with many others', () => {
    const count = CROWD[name] ?? 15

    it(`is one of ${count} that run side by side, each with its own data`, { timeout: 600_000 }, async () => {
      const files = Array.from({ length: count }, (_, index) => served(`/many/${index}`, 100_000 + index))
      const uuids = await Promise.all(
        files.map(({ url }) =>
          setting.api.run(scriptRequest(setting.image.location, CHECKSUM_SCRIPT, { data: [url] })),
        ),
      )
      const ended = await Promise.all(uuids.map((uuid) => setting.api.ends(uuid)))
      expect(ended.map(({ phase }) => phase)).toEqual(uuids.map(() => 'COMPLETED'))
      const said = await Promise.all(uuids.map((uuid) => setting.api.get<string>(`/streams/${uuid}/stdout`)))
      expect(said.map(({ body }) => body)).toEqual(files.map(({ content }) => checksumOf(content)))

      for (const uuid of uuids) {
        const events = (await setting.api.events(uuid)).filter(({ type }) => type === 'phase')
        const place = (family: string, phase: string) =>
          events.findIndex((event) => event.family === family && event.phase === phase)
        expect(place('data', 'AVAILABLE')).toBeGreaterThan(place('data', 'PREPARING'))
        expect(place('data', 'PREPARING')).toBeGreaterThan(place('storage', 'AVAILABLE'))
        expect(place('compute', 'PREPARING')).toBeGreaterThan(place('data', 'AVAILABLE'))
        expect(place('compute', 'PREPARING')).toBeGreaterThan(place('executable', 'AVAILABLE'))
        expect(await setting.traces.starts(uuid)).toBe(1)
      }
      expect(await setting.traces.held(uuids)).toEqual([])
    })
  })
})
