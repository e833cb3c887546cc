/** Attacks by what lies on an engine: ids, labels and names that images and containers of others have, and links in images. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idSource, type ExecutionId } from '../../src/domain/ids.ts'
import type { ContainerDetails } from '../../src/platforms/docker/engine-answers.ts'
import { EngineClient } from '../../src/platforms/docker/engine-client.ts'
import type { DockerPlatform } from '../../src/platforms/docker/docker-platform.ts'
import { Marks } from '../../src/platforms/docker/marks.ts'
import type { VolumeRef } from '../../src/platforms/platform.ts'
import {
  describeOnEngines,
  dockerPlatform,
  executableOf,
  observed,
  outputOf,
  putText,
  releaseAll,
  shellWorkload,
  testBrokerId,
} from '../support/docker-platform.ts'
import { removeImage, testImage, type TestImage } from '../support/images.ts'

const ids = idSource(Date.now)
const quiet = new AbortController().signal
const doing = 'doing it in a test'
const silent = () => undefined

describeOnEngines('on an engine', ({ address }) => {
  const brokerId = testBrokerId()
  const marks = new Marks(brokerId)
  let platform: DockerPlatform
  let client: EngineClient
  let image: TestImage
  beforeAll(async () => {
    platform = dockerPlatform(address, { brokerId })
    client = new EngineClient(address)
    image = await testImage(address)
    await platform.probe()
  })
  afterAll(async () => {
    await releaseAll(platform)
    await image.remove()
    await client.close()
  })

  describe('an image of the engine is not run under another name by its id', () => {
    const nowhere = '127.0.0.1:1/allowed/anything'
    const obtain = (location: string, digest?: string) =>
      platform.prepareImage(executableOf(location, digest), silent, quiet)
    it.each<[how: string, location: () => string, digest?: () => string]>([
      ['as the digest of a reference', () => `${nowhere}@${image.id}`],
      ['as the digest of a request', () => `${nowhere}:1`, () => image.id],
      ['as both', () => `${nowhere}@${image.id}`, () => image.id],
      ['as the digest beside its own name', () => image.location, () => image.id],
      ['as a tag', () => image.id],
      ['as a repository', () => `127.0.0.1:1/${image.id.slice(7)}`],
    ])('%s', async (_how, location, digest) => {
      await expect(obtain(location(), digest?.())).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' })
    })
    it('and is not found by it when an offer is made', async () => {
      for (const executable of [executableOf(`${nowhere}@${image.id}`), executableOf(`${nowhere}:1`, image.id)]) {
        const compute = { cores: { min: 1, max: 1 }, memory: { min: 1, max: 1 }, volumes: [] }
        const estimate = await platform.estimate({
          executable,
          compute,
          storage: [],
          data: [],
          durationMs: 1,
          starts: [],
        })
        expect(estimate.imageMs).toBeGreaterThan(0)
        expect(estimate.imageDigest).toBeUndefined()
      }
    })
  })

  describe('files of volumes do not go through an image that says that it is the helper image', () => {
    const alike: TestImage[] = []
    beforeAll(async () => {
      const labels = ['LABEL execution-broker.helper=1', 'WORKDIR /volumes/nowhere']
      alike.push(await testImage(address, labels, {}, { volumes: 'prepared/from-image' }))
      for (const tag of ['1', '2']) {
        const query = { repo: 'localhost/execution-broker-helper', tag }
        await client.ask({ method: 'POST', path: `/images/${alike[0]?.id}/tag`, query, doing })
      }
    })
    afterAll(async () => {
      for (const one of alike) await removeImage(address, one.id)
    })
    const imageOfStage = async (volume: VolumeRef) =>
      (await client.ask<ContainerDetails>({ path: `/containers/${marks.stage(volume).name}/json`, doing })).body.Image
    const volumeOf = (): VolumeRef => ({ execution: ids.execution(), name: 'storage-0' })

    it('by its labels and its name', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      await putText(platform, volume, 'file', 'content')
      expect(await imageOfStage(volume)).not.toBe(alike[0]?.id)
      await platform.releaseVolume(volume)
    })
    it('and the engine is not tried with it at the next start', async () => {
      const again = dockerPlatform(address, { brokerId })
      expect((await again.probe()).product).toBe((await platform.probe()).product)
      await again.close()
    })
    it('through a container that was made from it before', async () => {
      const volume = volumeOf()
      await client.ask({ method: 'POST', path: '/volumes/create', body: { Name: marks.volume(volume).name }, doing })
      const { name, labels } = marks.stage(volume)
      const body = { Image: image.id, Cmd: ['none'], Labels: labels }
      await client.ask({ method: 'POST', path: '/containers/create', query: { name }, body, doing })
      await platform.prepareVolume(volume, 1, [])
      expect(await imageOfStage(volume)).not.toBe(image.id)
      await platform.releaseVolume(volume)
    })
    it('and a container of the helper image is not made anew each time', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      const idOf = async () =>
        (await client.ask<ContainerDetails>({ path: `/containers/${marks.stage(volume).name}/json`, doing })).body.Id
      const before = await idOf()
      await putText(platform, volume, 'file', 'content')
      expect(await idOf()).toBe(before)
      await platform.releaseVolume(volume)
    })
  })

  describe('a container of somebody else is not taken for one of the broker by the labels of its image', () => {
    /** The labels of a role, as an image could have them that somebody runs beside the broker. */
    async function others(execution: string, labels: Readonly<Record<string, string>>): Promise<string> {
      const changes = Object.entries(labels).map(([label, value]) => `LABEL ${label}="${value}"`)
      const labelled = await testImage(address, changes)
      const query = { name: `somebody-${execution.slice(-12)}-${Date.now()}` }
      const Ulimits = [
        { Name: 'nofile', Soft: 1024, Hard: 4096 },
        { Name: 'nproc', Soft: 8192, Hard: 8192 },
      ]
      const body = { Image: labelled.id, Cmd: ['/bin/true'], HostConfig: { NetworkMode: 'none', Ulimits } }
      const made = await client.ask<{ Id: string }>({ method: 'POST', path: '/containers/create', query, body, doing })
      await client.ask({ method: 'POST', path: `/containers/${made.body.Id}/start`, doing })
      removing.push(async () => {
        await client.ask({ method: 'DELETE', path: `/containers/${made.body.Id}`, query: { force: 1 }, doing })
        await labelled.remove()
      })
      return made.body.Id
    }
    const removing: (() => Promise<void>)[] = []
    afterAll(async () => {
      for (const remove of removing) await remove()
    })
    const isThere = async (id: string) =>
      (await client.ask({ path: `/containers/${id}/json`, doing, answers: [404] })).status === 200

    it('neither observed, nor removed with those of its execution, nor as left over', async () => {
      const execution = ids.execution()
      const id = await others(execution, marks.workload(execution).labels)
      expect(await observed(platform, execution)).toEqual({ state: 'gone' })
      expect((await platform.owned()).filter((one) => one.execution === execution)).toEqual([])
      await platform.prepareWorkload(shellWorkload(execution, image.id, 'echo mine'))
      expect(await observed(platform, execution)).toMatchObject({ state: 'created' })
      await platform.start(execution)
      expect((await outputOf(platform, execution)).toString()).toBe('mine\n')
      await platform.releaseWorkload(execution)
      expect(await isThere(id)).toBe(true)
    })
    it('nor one that is labelled as what files get into volumes through, or with what is no execution', async () => {
      const volume = { execution: ids.execution(), name: 'storage-0' }
      const labels = marks.workload('no id of an execution' as ExecutionId).labels
      const there = [await others(volume.execution, marks.stage(volume).labels), await others('no-id', labels)]
      const known = new Set((await platform.owned()).map(({ execution }) => execution as string))
      expect(known.has(volume.execution)).toBe(false)
      expect(known.has('no id of an execution')).toBe(false)
      for (const id of there) expect(await isThere(id)).toBe(true)
    })
  })

  describe('a link in an image does not lead a volume to where the system of its container is', () => {
    let linked: TestImage
    beforeAll(async () => {
      const links = {
        shm: '/dev/shm',
        up: 'sys',
        relative: '../proc/sys',
        root: '/',
        chain: 'up/fs',
        circle: 'circle',
        fine: '/prepared',
        later: '/prepared/of-the-engine',
      }
      linked = await testImage(address, [], {}, links)
    })
    afterAll(() => linked.remove())

    const mounted = async (path: string) => {
      const volume = { execution: ids.execution(), name: 'storage-0' }
      await platform.prepareVolume(volume, 1, [])
      const mounts = [{ volume, path, readOnly: false }]
      const script = `echo here > ${path}/file && cat ${path}/file`
      await platform.prepareWorkload(shellWorkload(volume.execution, linked.id, script, { mounts }))
      await platform.start(volume.execution)
      return (await outputOf(platform, volume.execution)).toString()
    }
    it.each(['/shm', '/up/fs', '/up//fs/', '/relative', '/root/dev/shm', '/root/sys', '/root', '/chain'])(
      '%s',
      async (path) => {
        await expect(mounted(path)).rejects.toMatchObject({
          code: 'PLATFORM_REFUSED',
          detail: expect.stringContaining(`no volume is mounted at ${path}: `) as string,
        })
      },
    )
    it('nor does one that leads in a circle lead anywhere', async () => {
      await expect(mounted('/circle/x')).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
    })
    it.each(['/fine/inside', '/later', '/root/volumes/a', '/volumes/a', '/bin/inside'])(
      'while %s is mounted as it is asked for',
      async (path) => {
        expect(await mounted(path)).toBe('here\n')
      },
    )
    it('and nothing that was made to find that out is left', async () => {
      const { body } = await client.ask<readonly { Names: string[] }[]>({
        path: '/containers/json',
        query: { all: 1, filters: marks.filter('look') },
        doing,
      })
      expect(body).toEqual([])
    })
    it('and what a crash leaves of that is found and removed with its execution', async () => {
      const execution = ids.execution()
      const { name, labels } = marks.look(execution)
      const body = { Image: linked.id, Cmd: ['none'], Labels: labels }
      await client.ask({ method: 'POST', path: '/containers/create', query: { name }, body, doing })
      expect(await platform.owned()).toContainEqual({ kind: 'workload', execution })
      await platform.releaseWorkload(execution)
      expect((await client.ask({ path: `/containers/${name}/json`, doing, answers: [404] })).status).toBe(404)
    })
  })
})
