/** Images from a registry of the test's own, on real engines. */
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { describeOnEngines, dockerPlatform, executableOf } from '../../../test/support/docker-platform.ts'
import { busyboxLayer, imageNames, removeImage, testImage, type TestImage } from '../../../test/support/images.ts'
import { REGISTRY_LOGIN, registryMissing, TestRegistry, type PushedImage } from '../../../test/support/registry.ts'
import { skipForWantOf } from '../../../test/support/skipping.ts'
import { isBrokerError } from '../../domain/errors.ts'
import type { ContainerImage, DockerContainer, ExecutionRequest } from '../../domain/execution-request.ts'
import type { ImageReference } from '../../domain/image-reference.ts'
import type { DockerOptions, DockerPlatform } from './docker-platform.ts'
import type { RegistryLogin } from './registry-login.ts'

const quiet = new AbortController().signal
const silent = () => undefined
const PLAIN_HTTP_REFUSED =
  'this engine pulls from 127.0.0.1 over HTTPS only: make it an insecure registry in registries.conf'
const ABSENT = `sha256:${'0'.repeat(64)}`

const requestOf = (executable: DockerContainer): ExecutionRequest => ({
  executable,
  compute: { cores: { min: 1, max: 1 }, memory: { min: 1, max: 1 }, volumes: [] },
  storage: [],
  data: [],
  durationMs: 1_000,
  starts: [],
})

describeOnEngines('images', ({ address }) => {
  let platform: DockerPlatform
  beforeAll(() => (platform = dockerPlatform(address)))
  afterAll(() => platform.close())

  const executable = (image: Partial<ContainerImage>): DockerContainer => {
    const made = executableOf('')
    return { ...made, image: { ...made.image, ...image } }
  }
  const obtain = (image: Partial<ContainerImage>, progress: (words: string) => void = silent, signal = quiet) =>
    platform.prepareImage(executable(image), progress, signal)
  const refusal = (words: string) => ({ code: 'IMAGE_UNAVAILABLE', detail: expect.stringContaining(words) as string })

  describe('that the engine has', () => {
    let local: TestImage
    beforeAll(async () => (local = await testImage(address)))
    afterAll(() => local.remove())

    it('are found by name', async () => {
      expect(await obtain({ locations: [local.location] })).toBe(local.id)
    })
    it('are not taken for one of another digest, nor for one whose digest begins alike', async () => {
      await expect(obtain({ locations: [local.location], digest: ABSENT })).rejects.toMatchObject({
        code: 'IMAGE_UNAVAILABLE',
      })
      const alike = local.id.slice(0, -1) + (local.id.endsWith('0') ? '1' : '0')
      await expect(obtain({ locations: [local.location], digest: alike })).rejects.toMatchObject({
        code: 'IMAGE_UNAVAILABLE',
      })
      await expect(obtain({ locations: [local.location], digest: local.id.slice(0, 20) })).rejects.toMatchObject({
        code: 'IMAGE_UNAVAILABLE',
      })
    })
    it('need no time, and are told of in the estimate', async () => {
      const request = requestOf(executable({ locations: ['127.0.0.1:1/nowhere:1', local.location] }))
      expect(await platform.estimate(request)).toMatchObject({ imageMs: 0 })
      const absent = { ...request, executable: executable({ locations: ['127.0.0.1:1/nowhere:1'] }) }
      expect(await platform.estimate(absent)).toMatchObject({ imageMs: 60_000 })
      expect(await platform.estimate(absent)).not.toHaveProperty('imageDigest')
    })
    it('are refused at once where they are called as those of an engine and it has none', async () => {
      const asked = (...locations: string[]) => platform.estimate(requestOf(executable({ locations })))
      for (const locations of [['localhost/nowhere:2'], ['localhost/a/nowhere'], ['localhost/a:1', 'localhost/b:1']])
        await expect(asked(...locations)).rejects.toMatchObject(refusal(`has no image ${locations.join(' or ')}, and`))
      for (const locations of [['localhost:5000/nowhere:2'], ['nowhere:2'], ['localhost/a:1', '127.0.0.1:1/b:1']])
        expect(await asked(...locations)).toMatchObject({ imageMs: 60_000 })
      expect(await asked('localhost/nowhere:2', local.location)).toMatchObject({ imageMs: 0 })
    })
    it('are found at a later location', async () => {
      expect(await obtain({ locations: ['not a reference', '127.0.0.1:1/nowhere:1', local.location] })).toBe(local.id)
    })
  })

  describe('that nobody has', () => {
    it('are refused with the words of the last location', async () => {
      await expect(obtain({ locations: [] })).rejects.toMatchObject(refusal('names no location'))
      await expect(obtain({ locations: ['127.0.0.1:1/a:1', '127.0.0.1:2/b:1'] })).rejects.toMatchObject(
        refusal('127.0.0.1:2/b:1: '),
      )
      await expect(obtain({ locations: ['127.0.0.1:1/a:1', 'NOT A REFERENCE'] })).rejects.toMatchObject(
        refusal('NOT A REFERENCE: it is not a reference to an image'),
      )
    })
    it('are refused when location and request name different digests', async () => {
      const locations = [`127.0.0.1:1/a@${ABSENT}`]
      await expect(obtain({ locations, digest: `sha256:${'1'.repeat(64)}` })).rejects.toMatchObject(
        refusal('the digest of the request'),
      )
    })
  })

  const reason = registryMissing ? ` (skipped: ${registryMissing})` : ''
  describe.skipIf(registryMissing !== undefined)(`from a registry${reason}`, () => {
    let registry: TestRegistry
    let image: PushedImage
    let arm: PushedImage
    let index: string
    let refusesPlainHttp = false

    beforeAll(async () => {
      registry = await TestRegistry.start()
      image = await registry.push('project/image', '1', await busyboxLayer())
      arm = await registry.push('project/image', 'arm', Buffer.alloc(1024), 'arm64')
      index = await registry.pushIndex('project/image', 'all', { amd64: image, arm64: arm })
      await registry.pushIndex('project/image', 'only-arm', { arm64: arm })
      await obtain({ locations: [at('1')] }).catch((error: unknown) => {
        if (!isBrokerError(error) || !error.detail.includes('HTTPS')) throw error
        refusesPlainHttp = true
      })
    })
    afterAll(() => registry.close())
    beforeEach(async (context: TestContext) => {
      if (refusesPlainHttp) return skipForWantOf(context, PLAIN_HTTP_REFUSED)
      for (const { id } of [image, arm]) await removeImage(address, id)
    })
    afterAll(async () => {
      for (const { id } of [image, arm]) await removeImage(address, id)
    })
    const at = (tag: string) => `${registry.host}/project/image:${tag}`

    it('are pulled by their tag, and it is told how far that is', async () => {
      const words: string[] = []
      expect(await obtain({ locations: [at('1')] }, (said) => words.push(said))).toBe(image.id)
      expect(words.length).toBeGreaterThan(0)
      expect(words.at(-1)).toMatch(/^\d of \d layers/)
      words.length = 0
      expect(await obtain({ locations: [at('1')] }, (said) => words.push(said))).toBe(image.id)
      expect(words).toEqual([])
    })
    it('are pulled by their digest, whatever the tag says', async () => {
      expect(await obtain({ locations: [at('arm')], digest: image.digest })).toBe(image.id)
      expect(await obtain({ locations: [at('gone')], digest: image.digest })).toBe(image.id)
      expect(await obtain({ locations: [`${registry.host}/project/image@${image.digest}`] })).toBe(image.id)
    })
    it('are pulled by the digest of an index, and then found by it', async () => {
      expect(await obtain({ locations: [at('all')], digest: index })).toBe(image.id)
      const words: string[] = []
      expect(await obtain({ locations: [at('all')], digest: index }, (said) => words.push(said))).toBe(image.id)
      expect(words).toEqual([])
    })
    it('are told of in the estimate by the digest that their repository has them under', async () => {
      await obtain({ locations: [at('1')] })
      const estimate = await platform.estimate(requestOf(executable({ locations: [at('1')] })))
      expect(estimate).toMatchObject({ imageMs: 0, imageDigest: image.digest })
    })
    describe('by their digest', () => {
      const pulledWith = async (digestOfTag: DockerOptions['digestOfTag'], tag: string) => {
        const asking = dockerPlatform(address, { ...(digestOfTag ? { digestOfTag } : {}) })
        const { image: wanted } = executable({ locations: [at(tag)], digest: image.digest })
        try {
          await asking.prepareImage(executable(wanted), silent, quiet)
        } finally {
          await asking.close()
        }
        return (await imageNames(address, image.id)).filter((name) => name.startsWith(registry.host))
      }
      it('get the tag of the request beside it when their registry says that it means them', async () => {
        const asked: ImageReference[] = []
        const names = await pulledWith(async (reference) => {
          asked.push(reference)
          return image.digest
        }, '1')
        expect(names).toEqual([at('1')])
        expect(asked).toEqual([{ repository: `${registry.host}/project/image`, tag: '1' }])
      })
      it.each([
        ['it means another image', async () => ABSENT],
        ['nobody knows what it means', async () => undefined],
        ['nobody is asked', undefined],
      ])('get no tag when %s', async (_why, digestOfTag) => {
        expect(await pulledWith(digestOfTag, '1')).toEqual([])
      })
    })
    it('are not pulled when the digest is of another image', async () => {
      await expect(obtain({ locations: [at('1')], digest: ABSENT })).rejects.toMatchObject(refusal('manifest unknown'))
    })
    it('are not taken from another repository that has them under the same digest', async () => {
      await obtain({ locations: [at('1')] })
      const elsewhere = { locations: [`${registry.host}/other/name:1`], digest: image.digest }
      await expect(obtain(elsewhere)).rejects.toMatchObject(refusal('manifest unknown'))
    })
    it('are refused when they are for another processor', async () => {
      await expect(obtain({ locations: [at('arm')] })).rejects.toMatchObject(
        refusal('it is an image for linux/arm64, not for linux/amd64'),
      )
      await expect(obtain({ locations: [at('only-arm')] })).rejects.toMatchObject(refusal('amd64'))
    })
    it('are refused with the words of the registry', async () => {
      await expect(obtain({ locations: [at('none')] })).rejects.toMatchObject(refusal('manifest unknown'))
    })
    it('are taken from the next location when the first has none', async () => {
      expect(await obtain({ locations: ['127.0.0.1:1/nowhere:1', at('none'), at('1')] })).toBe(image.id)
    })
    it('are not waited for any longer once nobody wants them', async () => {
      const gone = new AbortController()
      const reason = new Error('not wanted any more')
      const obtaining = obtain({ locations: [at('1'), at('all')] }, () => gone.abort(reason), gone.signal)
      await expect(obtaining).rejects.toBe(reason)
    })
  })
})

describeOnEngines('images', ({ address }) => {
  const reason = registryMissing ? ` (skipped: ${registryMissing})` : ''
  describe.skipIf(registryMissing !== undefined)(`from a registry that asks for a login${reason}`, () => {
    let registry: TestRegistry
    let image: PushedImage
    let refusesPlainHttp = false
    const obtain = async (login: RegistryLogin | undefined) => {
      const loginAt = (host: string) => (host === registry.host ? login : undefined)
      const platform = dockerPlatform(address, { loginAt })
      const location = `${registry.host}/project/private:1`
      return platform.prepareImage(executableOf(location), silent, quiet).finally(() => platform.close())
    }
    const refused = (login: RegistryLogin | undefined) =>
      obtain(login).then(
        () => undefined,
        (error: unknown) => error,
      )

    beforeAll(async () => {
      registry = await TestRegistry.start({ asksForLogin: true })
      image = await registry.push('project/private', '1', await busyboxLayer())
      const error = await refused(undefined)
      refusesPlainHttp = isBrokerError(error) && error.detail.includes('HTTPS')
    })
    beforeEach((context: TestContext) => {
      if (refusesPlainHttp) skipForWantOf(context, PLAIN_HTTP_REFUSED)
    })
    afterAll(async () => {
      await removeImage(address, image.id)
      await registry.close()
    })

    it('are pulled with the login that is configured for it', async () => {
      expect(await obtain(REGISTRY_LOGIN)).toBe(image.id)
    })
    it('are refused in plain words that name the registry, and are not tried again, with a wrong login or none', async () => {
      await removeImage(address, image.id)
      const wrong = await refused({ ...REGISTRY_LOGIN, password: 'not the one' })
      expect(wrong).toMatchObject({
        code: 'IMAGE_UNAVAILABLE',
        retryable: false,
        detail: `${registry.host}/project/private:1: the registry ${registry.host} refused the name and the password that this broker has for it`,
      })
      expect(inspect(wrong, { depth: null })).not.toContain('not the one')
      expect(await refused(undefined)).toMatchObject({
        code: 'IMAGE_UNAVAILABLE',
        detail: expect.stringContaining(`the registry ${registry.host} wants to know who asks`) as string,
      })
    })
  })
})

describe('an engine that is not there', () => {
  it('makes no image unavailable', async () => {
    const platform = dockerPlatform('/nowhere/engine.sock')
    await expect(platform.prepareImage(executableOf('image:1'), silent, quiet)).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
    })
    await expect(platform.probe()).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' })
    await platform.close()
  })
})
