/** What is special about programs on a real engine, beside what every platform does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
} from '../../../test/support/docker-platform.ts'
import { testImage, type TestImage } from '../../../test/support/images.ts'
import { skipForWantOf } from '../../../test/support/skipping.ts'
import type { BrokerError } from '../../domain/errors.ts'
import { idSource, type ExecutionId } from '../../domain/ids.ts'
import type { Workload } from '../platform.ts'
import type { DockerPlatform } from './docker-platform.ts'
import { EngineClient } from './engine-client.ts'
import { Marks } from './marks.ts'

const ids = idSource(Date.now)
const quiet = new AbortController().signal

describeOnEngines('programs', ({ name, address }) => {
  const brokerId = testBrokerId()
  const marks = new Marks(brokerId)
  let platform: DockerPlatform
  let client: EngineClient
  const warnings: string[] = []
  let image: TestImage
  let userImage: TestImage

  beforeAll(async () => {
    platform = dockerPlatform(address, { brokerId, log: (_level, message) => warnings.push(message) })
    client = new EngineClient(address)
    image = await testImage(address)
    userImage = await testImage(address, ['USER 1000:1000', 'WORKDIR /tmp', 'ENV FROM_IMAGE=yes'])
    await platform.probe()
  })
  afterAll(async () => {
    await releaseAll(platform)
    await image.remove()
    await userImage.remove()
    await client.close()
  })

  async function prepared(script: string, more: Partial<Workload> = {}, on = platform): Promise<ExecutionId> {
    const execution = more.execution ?? ids.execution()
    await on.prepareWorkload(shellWorkload(execution, image.id, script, more))
    return execution
  }
  async function ran(script: string, more: Partial<Workload> = {}, on = platform): Promise<string> {
    const execution = await prepared(script, more, on)
    await on.start(execution)
    return (await outputOf(on, execution)).toString()
  }
  /** A program that has begun to write. */
  async function writing(script: string, on = platform): Promise<ExecutionId> {
    const execution = await prepared(script, {}, on)
    await on.start(execution)
    for await (const chunk of on.output(execution, 'stdout', { from: 0, follow: true, signal: quiet }))
      if (chunk.length > 0) break
    return execution
  }

  const hasNoInit = () => warnings.some((warning) => warning.includes('init'))

  describe('are confined', () => {
    it.each(['root', 'a user of its own'])(
      'as %s: no capabilities, no way to get any, a filter of system calls',
      async (who) => {
        const imageId = who === 'root' ? image.id : userImage.id
        const status = await ran('cat /proc/self/status', { imageId })
        for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
          expect(status).toMatch(new RegExp(`^${set}:\\s0{16}$`, 'm'))
        expect(status).toMatch(/^NoNewPrivs:\s1$/m)
        expect(status).toMatch(/^Seccomp:\s2$/m)
        expect(status).toMatch(who === 'root' ? /^Uid:\s0\s/m : /^Uid:\s1000\s/m)
      },
    )
    it('to their memory, processors, processes and files', async () => {
      const execution = await prepared('ulimit -n; ulimit -Hn; ulimit -c', { memoryGib: 2, cores: 1_000 })
      // Only until it is started it has this name.
      const { body } = await client.ask<{ HostConfig: Record<string, unknown> }>({
        path: `/containers/${marks.workload(execution).name}/json`,
        doing: 'looking at it in a test',
      })
      const { capacity } = await platform.probe()
      expect(body.HostConfig).toMatchObject({
        Memory: 2 * 2 ** 30,
        MemorySwap: 2 * 2 ** 30,
        NanoCpus: capacity.cores * 1e9,
        PidsLimit: 100,
        Privileged: false,
        RestartPolicy: { Name: 'no' },
      })
      await platform.start(execution)
      expect((await outputOf(platform, execution)).toString()).toMatch(/^4096\n4096\n/)
    })
    it('to shared memory of the size of their memory', async () => {
      const script = 'df -k /dev/shm | tail -1; head -c 100000000 /dev/zero > /dev/shm/large && echo written'
      expect(await ran(script, { memoryGib: 2 })).toMatch(/\s2097152\s[^]*\nwritten\n$/)
    })
    it('to so many processes', async () => {
      const script = 'i=0; while [ $i -lt 120 ]; do sleep 5 & i=$((i+1)); done; echo all'
      const execution = await prepared(script)
      await platform.start(execution)
      expect((await outputOf(platform, execution)).toString()).not.toContain('all')
      expect((await outputOf(platform, execution, 'stderr')).toString()).toContain("can't fork")
    })
    it('without a network', async () => {
      expect(await ran('ls /sys/class/net')).toBe('lo\n')
    })
    it('and have a parent that reaps what they leave behind', async (context) => {
      if (hasNoInit()) return skipForWantOf(context, 'this engine has no init program')
      expect(await ran('cat /proc/1/cmdline')).toMatch(/init/)
    })
  })

  describe('are confined further where the site says so', () => {
    const id = ids.execution()
    let strict: DockerPlatform
    beforeAll(async () => {
      const settings = { user: '1234:2345', readOnlyRoot: true, capabilities: ['NET_BIND_SERVICE'] }
      strict = dockerPlatform(address, { brokerId, ...settings })
      await strict.probe()
    })
    afterAll(() => strict.close())
    it('as a user of the site, whatever the image says', async () => {
      expect(await ran('id -u; id -g', { imageId: userImage.id }, strict)).toBe('1234\n2345\n')
    })
    it('with the capabilities that are left to root, and no others', async () => {
      const status = await ran('cat /proc/self/status', {}, strict)
      expect(status).toMatch(/^CapBnd:\s0{13}400$/m)
    })
    it('to writing into their volumes, and what is only in their memory', async () => {
      await strict.prepareVolume({ execution: id, name: 'data-0' }, 1, [])
      const mounts = [{ volume: { execution: id, name: 'data-0' }, path: '/data', readOnly: false }]
      const places = ['/prepared', '/data', '/tmp', '/var/tmp', '/run']
      const script = places.map((place) => `touch ${place}/mine 2>/dev/null && echo ${place}`).join('\n')
      const written = await ran(`${script}\nexit 0`, { execution: id, mounts }, strict)
      expect(written).toBe(`${places.slice(1).join('\n')}\n`)
    })
    it('also into a volume at a place that is in their memory otherwise, which is not hidden', async () => {
      // Podman mounts nothing at the first ones, which is known before anything is offered (`unsupported.ts`).
      const places = name === 'Podman' ? [] : ['/tmp', '/var/tmp/', '/run']
      for (const path of [...places, '/tmp/inside']) {
        const execution = ids.execution()
        const volume = { execution, name: 'data-0' }
        await strict.prepareVolume(volume, 1, [])
        await strict.writeLink(volume, 'content', 'staged')
        const mounts = [{ volume, path, readOnly: false }]
        expect(await ran(`cd ${path} && ls | grep content && touch made`, { execution, mounts }, strict)).toBe(
          'content\n',
        )
        expect((await strict.readFile(volume, 'made', quiet))?.sizeBytes).toBe(0)
        await strict.releaseWorkload(execution)
        await strict.releaseVolume(volume)
      }
    })
    it('and are stopped like all others', async () => {
      const execution = await writing('trap "" TERM; echo ready; while :; do sleep 0.1; done', strict)
      await strict.stop(execution, 200)
      expect(await observed(strict, execution)).toMatchObject({ exitCode: 137, outOfMemory: false })
    })
  })

  describe('get what the request says', () => {
    it('their environment, on top of that of the image', async () => {
      const environment = { GREETING: 'two words = "x" $HOME', EMPTY: '' }
      const text = await ran('echo "$GREETING|${EMPTY-unset}|$FROM_IMAGE"; pwd', { imageId: userImage.id, environment })
      expect(text).toBe('two words = "x" $HOME||yes\n/tmp\n')
    })
    it('their arguments as they are', async () => {
      const command = ['-c', 'for argument; do echo "<$argument>"; done', 'sh', 'a b', '', '*', '$HOME']
      expect(await ran('', { command })).toBe('<a b>\n<>\n<*>\n<$HOME>\n')
    })
    it('files in their volumes that they can replace and remove, as whichever user', async () => {
      const execution = ids.execution()
      const volume = { execution, name: 'data-0' }
      await platform.prepareVolume(volume, 1, [])
      await putText(platform, volume, 'a.fits', 'old')
      await putText(platform, volume, 'b.fits', 'old')
      await platform.writeLink(volume, 'content', 'a.fits')
      const mounts = [{ volume, path: '/data', readOnly: false }]
      const script =
        'cd /data && echo new > tmp && mv tmp a.fits && rm b.fits && mv a.fits content && ls && cat content'
      expect(await ran(script, { imageId: userImage.id, execution, mounts })).toBe('content\nnew\n')
    })
    it('SIGTERM, and time to heed it', async () => {
      const execution = await prepared('trap "exit 42" TERM; while :; do sleep 0.1; done')
      await platform.start(execution)
      await platform.stop(execution, 5_000)
      expect(await observed(platform, execution)).toMatchObject({ exitCode: 42, outOfMemory: false })
    })
  })

  it('that somebody else stops at the engine have not ended by themselves, whatever they make of SIGTERM', async (context) => {
    if (hasNoInit()) return skipForWantOf(context, 'this engine has no init program')
    const execution = await writing('trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done')
    const question = { query: { filters: marks.filter('run', execution) }, doing: 'looking for it in a test' }
    const { body } = await client.ask<{ Id: string }[]>({ path: '/containers/json', ...question })
    await client.ask({ method: 'POST', path: `/containers/${body[0]?.Id}/stop`, doing: 'stopping it in a test' })
    expect(await observed(platform, execution)).toMatchObject({
      state: 'exited',
      exitCode: 158,
      outOfMemory: false,
    })
  })

  describe('that cannot be started', () => {
    const withProgram = (program: string, more: Partial<Workload> = {}) =>
      prepared('', { entrypoint: program, command: [], ...more })
    it.each(['/no/such/program', 'no-such-program', './no-such-program', '/tmp', '/prepared/from-image'])(
      'are told before, every time: %s',
      async (program) => {
        const execution = await withProgram(program)
        for (let attempt = 0; attempt < 2; attempt++) {
          await expect(platform.start(execution)).rejects.toMatchObject({
            code: 'PROGRAM_NOT_STARTED',
            detail: expect.stringContaining(program) as string,
          })
        }
        expect(await observed(platform, execution)).toMatchObject({ state: 'created' })
      },
    )
    it.each(['/bin/true', 'true', '../bin/true', '/bin/busybox'])(
      'are not mistaken for this one: %s',
      async (program) => {
        const execution = await withProgram(program, { imageId: userImage.id, command: ['true'] })
        await platform.start(execution)
        await outputOf(platform, execution)
        expect(await observed(platform, execution)).toMatchObject({ state: 'exited', exitCode: 0 })
      },
    )
    it('are those of the command where an empty entry point takes away that of the image', async () => {
      const withEntrypoint = await testImage(address, ['ENTRYPOINT ["/bin/echo", "the image"]', 'CMD ["of its own"]'])
      const said = async (program: Pick<Workload, 'entrypoint' | 'command'>) => {
        const { entrypoint: _, ...workload } = shellWorkload(ids.execution(), withEntrypoint.id, '')
        await platform.prepareWorkload({ ...workload, ...program })
        await platform.start(workload.execution)
        const output = (await outputOf(platform, workload.execution)).toString()
        await platform.releaseWorkload(workload.execution)
        return output
      }
      expect(await said({ command: ['said'] })).toBe('the image said\n')
      expect(await said({ entrypoint: '', command: ['/bin/echo', 'the command'] })).toBe('the command\n')
      expect(await said({ entrypoint: '/bin/echo', command: ['both'] })).toBe('both\n')
      await withEntrypoint.remove()
    })
    it('are not looked for in a volume', async () => {
      const execution = ids.execution()
      const volume = { execution, name: 'data-0' }
      await platform.prepareVolume(volume, 1, [])
      await putText(platform, volume, 'script', '#!/bin/sh\n')
      await platform.writeLink(volume, 'link', 'script')
      const mounts = [{ volume, path: '/volume', readOnly: true }]
      await withProgram('/volume/link', { execution, mounts })
      // The file is data and cannot be executed. That is found out by the init, or by an engine that has none.
      await platform.start(execution).catch((error: BrokerError) => expect(error.detail).toContain('permission denied'))
    })
    it('are none, when neither the request nor the image names one', async () => {
      const execution = ids.execution()
      const workload = {
        execution,
        imageId: image.id,
        command: [],
        environment: {},
        cores: 1,
        memoryGib: 1,
        mounts: [],
        ports: [],
      }
      await expect(platform.prepareWorkload(workload)).rejects.toMatchObject({ code: 'PROGRAM_NOT_STARTED' })
    })
    it('have lost their image', async () => {
      const imageId = `sha256:${'0'.repeat(64)}`
      await expect(prepared('', { imageId })).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' })
    })
  })

  describe('write', () => {
    it('any bytes, in lines of any length', async () => {
      const execution = await prepared(
        'cat /prepared/from-image; printf "\\377\\000\\r\\n\\n"; head -c 50000 /dev/zero; printf end',
      )
      await platform.start(execution)
      const expected = Buffer.concat([
        Buffer.from('from the image'),
        Buffer.from([255, 0, 13, 10, 10]),
        Buffer.alloc(50_000),
        Buffer.from('end'),
      ])
      expect((await outputOf(platform, execution)).equals(expected)).toBe(true)
      expect((await outputOf(platform, execution, 'stdout', { from: 50_000 })).equals(expected.subarray(50_000))).toBe(
        true,
      )
    })
    it('their last words to a follower too, however quick they are', async () => {
      for (let round = 0; round < 15; round++) expect(await ran('printf quick')).toBe('quick')
    })
    it('to a follower that was there before they started', async () => {
      const execution = await prepared('echo begin; sleep 1; echo end')
      const following = outputOf(platform, execution)
      await platform.start(execution)
      expect((await following).toString()).toBe('begin\nend\n')
    })
    it('to a follower that comes and goes', async () => {
      const execution = await prepared('for i in 1 2 3 4 5 6; do echo $i; sleep 0.3; done')
      await platform.start(execution)
      let text = ''
      while (text.length < 12) {
        for await (const chunk of platform.output(execution, 'stdout', {
          from: text.length,
          follow: true,
          signal: quiet,
        })) {
          text += chunk.toString()
          break
        }
      }
      expect(text).toBe('1\n2\n3\n4\n5\n6\n')
    })
    it('more than is kept, and the end of it is there', async () => {
      const small = dockerPlatform(address, { brokerId, outputMaxBytes: 50_000 })
      const execution = ids.execution()
      await small.prepareWorkload(shellWorkload(execution, image.id, 'seq 1 20000; sleep 0.2; echo last'))
      await small.start(execution)
      await outputOf(small, execution)
      const text = (await outputOf(small, execution, 'stdout', { follow: false })).toString()
      expect(text.endsWith('20000\nlast\n')).toBe(true)
      await small.close()
    })
  })

  describe('of somebody else', () => {
    it('are neither taken for ours nor touched', async () => {
      const execution = ids.execution()
      const { name } = marks.workload(execution)
      const doing = 'making a container of somebody else in a test'
      const body = { Image: image.id, Cmd: ['true'], Labels: { 'execution-broker.id': 'somebody' } }
      await client.ask({ method: 'POST', path: '/containers/create', query: { name }, body, doing })
      await expect(prepared('', { execution })).rejects.toMatchObject({
        code: 'PLATFORM_REFUSED',
        detail: expect.stringContaining('does not belong to this broker') as string,
      })
      await expect(platform.start(execution)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
      expect(await observed(platform, execution)).toEqual({ state: 'gone' })
      await platform.stop(execution, 0)
      await platform.releaseWorkload(execution)
      const { status } = await client.ask({ path: `/containers/${name}/json`, doing })
      expect(status).toBe(200)
      await client.ask({ method: 'DELETE', path: `/containers/${name}`, doing })
    })
  })

  it('that wait for a volume which is not there are refused, and the engine does not make it', async () => {
    const execution = ids.execution()
    const mounts = [{ volume: { execution, name: 'data-0' }, path: '/volume', readOnly: true }]
    await expect(prepared('', { execution, mounts })).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
    const { status } = await client.ask({
      path: `/volumes/${marks.volume({ execution, name: 'data-0' }).name}`,
      doing: 'looking in a test',
      answers: [404],
    })
    expect(status).toBe(404)
  })

  it('are observed many at a time', async () => {
    const running = await Promise.all(Array.from({ length: 12 }, () => prepared('sleep 60')))
    for (const execution of running) await platform.start(execution)
    const absent = ids.execution()
    const seen = await platform.observe([...running, absent])
    expect(running.map((execution) => seen.get(execution)?.state)).toEqual(running.map(() => 'running'))
    expect(seen.get(absent)).toEqual({ state: 'gone' })
    expect(await platform.observe(running)).toEqual(
      new Map(running.map((execution) => [execution, seen.get(execution)])),
    )
    await Promise.all(running.map((execution) => platform.releaseWorkload(execution)))
  })

  it('take no longer to release when they are released at the same time', async () => {
    const execution = await prepared('sleep 60')
    await platform.start(execution)
    await Promise.all([1, 2, 3].map(() => platform.releaseWorkload(execution)))
    expect(await observed(platform, execution)).toEqual({ state: 'gone' })
  })

  it('need an image that fits the engine', async () => {
    const executable = executableOf(image.location)
    const arm = { ...executable, image: { ...executable.image, architecture: 'arm64' } }
    await expect(platform.prepareImage(arm, () => undefined, quiet)).rejects.toMatchObject({
      code: 'IMAGE_UNAVAILABLE',
      detail: expect.stringContaining('it is an image for linux/amd64, not for linux/arm64') as string,
    })
  })

  it('read a file that was put there for any user', async () => {
    const execution = ids.execution()
    const volume = { execution, name: 'data-0' }
    await platform.prepareVolume(volume, 1, [])
    await putText(platform, volume, 'deep/er/file', 'content')
    const mounts = [{ volume, path: '/input', readOnly: true }]
    expect(await ran('cat /input/deep/er/file', { execution, imageId: userImage.id, mounts })).toBe('content')
  })
})
