/** What is special about volumes on a real engine, beside what every platform does. */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  describeOnEngines,
  dockerPlatform,
  outputOf,
  putText,
  releaseAll,
  shellWorkload,
  testBrokerId,
} from '../../../test/support/docker-platform.ts'
import { HastyClock } from '../../../test/support/fake-clock.ts'
import { testImage, type TestImage } from '../../../test/support/images.ts'
import { idSource } from '../../domain/ids.ts'
import type { VolumeRef, WorkloadMount } from '../platform.ts'
import type { DockerPlatform } from './docker-platform.ts'
import { makeContainer } from './containers.ts'
import { EngineClient } from './engine-client.ts'
import { Marks } from './marks.ts'
import { volumeMount } from './volume-mount.ts'

const ids = idSource(Date.now)
const quiet = new AbortController().signal
const doing = 'doing it in a test'

describeOnEngines('volumes', ({ name: engineName, address }) => {
  const brokerId = testBrokerId()
  const marks = new Marks(brokerId)
  let platform: DockerPlatform
  let client: EngineClient
  let image: TestImage
  let userImage: TestImage

  beforeAll(async () => {
    platform = dockerPlatform(address, { brokerId })
    client = new EngineClient(address)
    image = await testImage(address)
    userImage = await testImage(address, ['USER 1000:1000'])
    await platform.probe()
  })
  afterAll(async () => {
    await releaseAll(platform)
    await image.remove()
    await userImage.remove()
    await client.close()
  })

  const volumeOf = (execution = ids.execution(), name = 'storage-0'): VolumeRef => ({ execution, name })

  /** What a script says that runs with the volume at `/volume`, as a user of its own. */
  async function said(volume: VolumeRef, script: string, more: Partial<WorkloadMount> = {}): Promise<string> {
    const execution = ids.execution()
    const mounts = [{ volume, path: '/volume', readOnly: false, ...more }]
    await platform.prepareWorkload(shellWorkload(execution, userImage.id, script, { mounts }))
    await platform.start(execution)
    const text = (await outputOf(platform, execution)).toString()
    await platform.releaseWorkload(execution)
    return text
  }
  const put = (volume: VolumeRef, path: string, content: Readable, sizeBytes: number, signal = quiet) =>
    platform.writeFile(volume, { path, sizeBytes, content }, signal)

  describe('can be used by any user', () => {
    it('who may write at their root, and read what was put there', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, ['a/b'])
      await putText(platform, volume, 'a/file', 'content')
      expect(await said(volume, 'echo mine > /volume/new; cat /volume/new /volume/a/file; stat -c %a /volume')).toBe(
        'mine\ncontent777\n',
      )
    })
    it('also where the image has a directory of its own, of which nothing is taken over', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      expect(
        await said(volume, 'ls -A /prepared; echo > /prepared/new; stat -c %a:%u /prepared', { path: '/prepared' }),
      ).toBe('777:0\n')
    })
    it('and keep what programs wrote when they are prepared once more', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, ['inside'])
      await said(volume, 'echo kept > /volume/new')
      await platform.prepareVolume(volume, 1, ['inside'])
      expect(await said(volume, 'cat /volume/new')).toBe('kept\n')
    })
  })

  describe('take files', () => {
    it.each([
      'plain',
      'with space',
      'ümläut-☆',
      'it\'s "quoted" $HOME',
      'a?b&c=d#e%20',
      `${'long/'.repeat(30)}${'x'.repeat(200)}`,
    ])('of any name: %s', async (path) => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      await putText(platform, volume, path, 'content')
      expect(await said(volume, 'cd /volume; find . -type f | cut -c3-; find . -type f -exec cat {} +')).toBe(
        `${path}\ncontent`,
      )
    })
    it('of no bytes and of many', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      const block = randomBytes(2 ** 20)
      await putText(platform, volume, 'empty', '')
      await put(volume, 'large', Readable.from(Array.from({ length: 30 }, () => block)), 30 * 2 ** 20)
      expect(await said(volume, 'stat -c "%s %a" /volume/empty /volume/large')).toBe(`0 644\n${30 * 2 ** 20} 644\n`)
    })
    it('in place of others, links and directories', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, ['directory'])
      await putText(platform, volume, 'file', 'the first, which is longer')
      await platform.writeLink(volume, 'link', 'file')
      for (const path of ['file', 'link', 'directory']) await putText(platform, volume, path, path)
      expect(await said(volume, 'cd /volume; cat file link directory; ls -A')).toBe(
        'filelinkdirectorydirectory\nfile\nlink\n',
      )
    })
    it('and say whose fault it is when that fails', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      const letters = () => Readable.from([Buffer.from('abc'), Buffer.from('def')])
      await expect(put(volume, 'more', letters(), 4)).rejects.toThrow('the source gave more than 4 bytes')
      await expect(put(volume, 'less', letters(), 8)).rejects.toThrow('the source gave 6 of 8 bytes')
      const fault = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })
      const broken = new Readable({ read: () => undefined })
      broken.push('abc')
      setImmediate(() => broken.destroy(fault))
      await expect(put(volume, 'broken', broken, 8)).rejects.toBe(fault)
      const gone = new AbortController()
      const stalled = new Readable({ read: () => undefined })
      const writing = put(volume, 'stalled', stalled, 8, gone.signal)
      gone.abort(new Error('not wanted any more'))
      await expect(writing).rejects.toThrow('not wanted any more')
      expect(stalled.destroyed).toBe(true)
    })
    it('only when they are there', async () => {
      const volume = volumeOf()
      const content = Readable.from([Buffer.from('abc')])
      await expect(put(volume, 'file', content, 3)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
      expect(content.destroyed).toBe(true)
      expect((await platform.owned()).filter(({ execution }) => execution === volume.execution)).toEqual([])
    })
    it('until they are full, which is NO_SPACE', async (context) => {
      if (engineName === 'Podman')
        return context.skip(
          'Podman mounts a volume of limited size only while a program runs, so none can be made to test it',
        )
      const volume = volumeOf()
      const mark = marks.volume(volume)
      const body = {
        Name: mark.name,
        Labels: mark.labels,
        DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' },
      }
      await client.ask({ method: 'POST', path: '/volumes/create', body, doing })
      for (const mebibytes of [2, 50]) {
        const content = Readable.from(Array.from({ length: mebibytes }, () => Buffer.alloc(2 ** 20)))
        await expect(put(volume, 'file', content, mebibytes * 2 ** 20)).rejects.toMatchObject({ code: 'NO_SPACE' })
      }
    })
  })

  describe('after a crash', () => {
    const held = async ({ execution }: VolumeRef) =>
      (await platform.owned()).filter((one) => one.execution === execution)
    const exists = async (kind: 'containers' | 'volumes', name: string) => {
      const path = kind === 'volumes' ? `/volumes/${name}` : `/containers/${name}/json`
      return (await client.ask({ path, doing, answers: [404] })).status === 200
    }
    async function releasedWhole(volume: VolumeRef): Promise<void> {
      await platform.releaseVolume(volume)
      expect(await exists('volumes', marks.volume(volume).name)).toBe(false)
      expect(await exists('containers', marks.stage(volume).name)).toBe(false)
      expect(await held(volume)).toEqual([])
    }
    async function made(volume: VolumeRef): Promise<void> {
      const mark = marks.volume(volume)
      await client.ask({
        method: 'POST',
        path: '/volumes/create',
        body: { Name: mark.name, Labels: mark.labels },
        doing,
      })
    }
    async function withoutVolume(volume: VolumeRef): Promise<void> {
      const mark = marks.stage(volume)
      const body = { Image: image.id, Cmd: ['none'], Labels: mark.labels }
      await client.ask({ method: 'POST', path: '/containers/create', query: { name: mark.name }, body, doing })
    }

    it('with only the volume made, it is known, prepared on and released', async () => {
      const volume = volumeOf()
      await made(volume)
      expect(await held(volume)).toEqual([{ kind: 'volume', ...volume }])
      await platform.prepareVolume(volume, 1, ['inside'])
      await putText(platform, volume, 'file', 'content')
      expect(await said(volume, 'cat /volume/file')).toBe('content')
      await releasedWhole(volume)
    })
    it('with only the volume made, it is released', async () => {
      const volume = volumeOf()
      await made(volume)
      await releasedWhole(volume)
    })
    it('that the engine made and lost the labels of, it is known, prepared on and released', async () => {
      const volume = volumeOf()
      const body = { Name: marks.volume(volume).name }
      await client.ask({ method: 'POST', path: '/volumes/create', body, doing })
      expect(await held(volume)).toEqual([{ kind: 'volume', ...volume }])
      await platform.prepareVolume(volume, 1, [])
      await putText(platform, volume, 'file', 'content')
      expect(await said(volume, 'cat /volume/file')).toBe('content')
      await releasedWhole(volume)
    })
    it('with its helper left behind, that is known and released', async () => {
      const volume = volumeOf()
      await withoutVolume(volume)
      expect(await held(volume)).toEqual([{ kind: 'volume', ...volume }])
      await releasedWhole(volume)
    })
    it('with its helper gone, files go on', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      await client.ask({ method: 'DELETE', path: `/containers/${marks.stage(volume).name}`, doing })
      await putText(platform, volume, 'file', 'content')
      expect(await said(volume, 'cat /volume/file')).toBe('content')
      await releasedWhole(volume)
    })
    it('another instance goes on', async () => {
      const volume = volumeOf()
      await platform.prepareVolume(volume, 1, [])
      const again = dockerPlatform(address, { brokerId })
      await putText(again, volume, 'file', 'content')
      await again.releaseVolume(volume)
      await again.close()
      expect(await held(volume)).toEqual([])
    })
  })

  it('that hold more than is gone through say that not all names are told', async () => {
    const volume = volumeOf()
    await platform.prepareVolume(volume, 1, [])
    await said(volume, 'truncate -s 300M /volume/a; truncate -s 300M /volume/b')
    const { names, isComplete } = await platform.namesIn(volume, quiet)
    expect([names.length, isComplete]).toEqual([1, false])
  })
  it('of somebody else are neither taken for ours nor removed', async () => {
    const volume = volumeOf()
    const { name } = marks.volume(volume)
    await client.ask({
      method: 'POST',
      path: '/volumes/create',
      body: { Name: name, Labels: { of: 'somebody' } },
      doing,
    })
    await expect(platform.prepareVolume(volume, 1, [])).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
    await platform.releaseVolume(volume)
    expect((await client.ask({ path: `/volumes/${name}`, doing })).status).toBe(200)
    await client.ask({ method: 'DELETE', path: `/volumes/${name}`, doing })
  })

  it('that the engine makes because they are gone when they are mounted are ours, and removed', async (context) => {
    if (engineName === 'Podman') return context.skip('Podman takes no labels for a volume that it makes')
    const volume = volumeOf()
    const mark = marks.workload(volume.execution)
    const HostConfig = { NetworkMode: 'none', Mounts: [volumeMount(marks, volume, '/volume')] }
    await makeContainer(client, mark, { Image: image.id, Cmd: ['true'], HostConfig })
    await platform.releaseWorkload(volume.execution)
    expect(await platform.owned()).toContainEqual({ kind: 'volume', ...volume })
    await platform.releaseVolume(volume)
    expect(await platform.owned()).not.toContainEqual({ kind: 'volume', ...volume })
  })

  it('that a container still uses are waited for, and then refused', async () => {
    const volume = volumeOf()
    await platform.prepareVolume(volume, 1, [])
    const execution = ids.execution()
    const mounts = [{ volume, path: '/volume', readOnly: false }]
    await platform.prepareWorkload(shellWorkload(execution, image.id, 'true', { mounts }))
    const hasty = dockerPlatform(address, { brokerId, clock: new HastyClock() })
    await expect(hasty.releaseVolume(volume)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
    await hasty.close()
    const releasing = platform.releaseVolume(volume)
    await platform.releaseWorkload(execution)
    await releasing
  })
})
