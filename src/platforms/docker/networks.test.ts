/** How programs on a real engine are connected, beside what every platform does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  describeOnEngines,
  dockerPlatform,
  observed,
  outputOf,
  releaseAll,
  shellWorkload,
  testBrokerId,
} from '../../../test/support/docker-platform.ts'
import { testImage, type TestImage } from '../../../test/support/images.ts'
import type { Endpoint } from '../../domain/connectors.ts'
import { idSource, type ExecutionId } from '../../domain/ids.ts'
import type { Workload } from '../platform.ts'
import type { DockerPlatform } from './docker-platform.ts'
import { EngineClient } from './engine-client.ts'
import { Marks } from './marks.ts'

const ids = idSource(Date.now)
const doing = 'doing it in a test'
const PORT = 8080
const ports = [{ port: PORT, transport: 'tcp' }] as const
const publish = { address: '127.0.0.1', host: 'jobs.example.org' }
/** Serves, and says first what addresses it has. */
const SERVE = `ifconfig; exec httpd -f -p ${PORT} -h /prepared`
/** Podman gives a network only to programs that may reach out. */
const networkOn = (engine: string) => (engine === 'Podman' ? 'bridge' : 'none')

describeOnEngines('a program with ports', ({ name: engine, address }) => {
  const brokerId = testBrokerId()
  const marks = new Marks(brokerId)
  let platform: DockerPlatform
  let client: EngineClient
  let image: TestImage

  beforeAll(async () => {
    const settings = { brokerId, publish, network: networkOn(engine), subnets: '10.213.0.0/16' } as const
    platform = dockerPlatform(address, settings)
    client = new EngineClient(address)
    image = await testImage(address)
    await platform.probe()
  })
  afterAll(async () => {
    await releaseAll(platform)
    await image.remove()
    await client.close()
  })

  async function started(script: string, more: Partial<Workload> = {}): Promise<ExecutionId> {
    const execution = more.execution ?? ids.execution()
    await platform.prepareWorkload(shellWorkload(execution, image.id, script, more))
    await platform.start(execution)
    return execution
  }
  async function endpoint(execution: ExecutionId): Promise<Endpoint> {
    for (;;) {
      const [found] = await platform.endpoints(execution)
      if (found) return found
    }
  }
  /** The program's own address, and where it is published on this machine; it answers there. */
  async function serving(): Promise<{ execution: ExecutionId; own: string; publishedPort: number }> {
    const execution = await started(SERVE, { ports })
    const { publishedPort } = await endpoint(execution)
    const ask = () => fetch(`http://127.0.0.1:${publishedPort}/from-image`).catch(() => undefined)
    let answer = await ask()
    while (!answer && (await observed(platform, execution)).state === 'running') answer = await ask()
    expect(await answer?.text()).toBe('from the image')
    const said = (await outputOf(platform, execution, 'stdout', { follow: false })).toString()
    const [own = ''] = [...said.matchAll(/inet addr:(\S+)/g)].flatMap(([, one = '']) =>
      one === '127.0.0.1' ? [] : one,
    )
    expect(own).toMatch(/^10\./)
    return { execution, own, publishedPort }
  }
  const networks = async () => {
    const query = { filters: marks.filter('network') }
    return (await client.ask<{ Id: string }[]>({ path: '/networks', query, doing })).body
  }
  /** What a program reads from each of these places. */
  async function readFrom(places: readonly string[]): Promise<string> {
    const one = (place: string) =>
      `printf 'GET /from-image HTTP/1.0\\r\\n\\r\\n' | timeout 3 nc -w 2 ${place} | grep -q 'from the image' && echo '${place}'`
    const execution = await started(`${places.map(one).join('\n')}\nexit 0`, { ports })
    return (await outputOf(platform, execution)).toString()
  }

  it('is reached under the name that the site gives', async () => {
    const execution = await started(SERVE, { ports })
    expect((await endpoint(execution)).host).toBe('jobs.example.org')
    await platform.releaseWorkload(execution)
  })

  it('is reached by no program of another execution, and reaches itself', { timeout: 60_000 }, async () => {
    const [first, second] = [await serving(), await serving()]
    // Others come and go meanwhile, which must change nothing for those that stay.
    await platform.releaseWorkload(await started('true', { ports }))
    const gateway = second.own.replace(/\d+$/, '1')
    const places = [second, first].flatMap(({ own, publishedPort }) => [
      // In the stack of its own that Podman gives, every program has the same address.
      ...(engine === 'Podman' ? [] : [`${own} ${PORT}`]),
      `${gateway} ${publishedPort}`,
      `10.0.2.2 ${publishedPort}`,
      `127.0.0.1 ${publishedPort}`,
    ])
    expect(await readFrom(places)).toBe('')
    const self = await started(
      `httpd -p ${PORT} -h /prepared; printf 'GET /from-image HTTP/1.0\\r\\n\\r\\n' | nc -w 2 127.0.0.1 ${PORT}`,
      { ports },
    )
    expect((await outputOf(platform, self)).toString()).toContain('from the image')
  })

  it('is published at the configured address only', async () => {
    const execution = await started(SERVE, { ports })
    await endpoint(execution)
    const query = { filters: marks.filter('run', execution) }
    const { body: listed } = await client.ask<{ Id: string }[]>({ path: '/containers/json', query, doing })
    const path = `/containers/${listed[0]?.Id}/json`
    const { body } = await client.ask<{ NetworkSettings: { Ports: Record<string, unknown[]> } }>({ path, doing })
    const bindings = Object.values(body.NetworkSettings.Ports).flat()
    expect(bindings).toEqual([expect.objectContaining({ HostIp: '127.0.0.1' })])
    await platform.releaseWorkload(execution)
  })

  describe.skipIf(engine === 'Podman')('has a network', () => {
    it('of its own, from the subnets of the site, and without a way out', async () => {
      const { execution, own } = await serving()
      expect(own).toMatch(/^10\.213\./)
      const query = { filters: marks.filter('network', execution) }
      const { body } = await client.ask<{ Options: Record<string, string> }[]>({ path: '/networks', query, doing })
      expect(body.map(({ Options }) => Options['com.docker.network.bridge.enable_ip_masquerade'])).toEqual(['false'])
      await platform.releaseWorkload(execution)
    })
    it('for which it waits while all addresses of the site are in use', async () => {
      const one = dockerPlatform(address, {
        brokerId: testBrokerId(),
        publish,
        network: 'none',
        subnets: '10.214.7.0/28',
      })
      await one.probe()
      const [first, second] = [ids.execution(), ids.execution()]
      await one.prepareWorkload(shellWorkload(first, image.id, 'true', { ports }))
      const next = () => one.prepareWorkload(shellWorkload(second, image.id, 'true', { ports }))
      await expect(next()).rejects.toMatchObject({
        code: 'PLATFORM_UNAVAILABLE',
        detail: expect.stringContaining('subnets') as string,
      })
      await one.releaseWorkload(first)
      await next()
      await releaseAll(one)
    })
    it('that is found as a leftover of a crash before the container was made, and goes with the workload', async () => {
      const execution = ids.execution()
      const { name: Name, labels: Labels } = marks.network(execution)
      await client.ask({ method: 'POST', path: '/networks/create', body: { Name, Labels }, doing })
      // Docker takes the same name twice from those that ask at the same time.
      await client.ask({ method: 'POST', path: '/networks/create', body: { Name, Labels }, doing })
      expect(await platform.owned()).toContainEqual({ kind: 'workload', execution })
      await platform.releaseWorkload(execution)
      await platform.releaseWorkload(execution)
      expect(await platform.owned()).not.toContainEqual({ kind: 'workload', execution })
    })
    it('that is taken when it is there already', async () => {
      const before = (await networks()).length
      const execution = ids.execution()
      const workload = shellWorkload(execution, image.id, 'true', { ports })
      await platform.prepareWorkload(workload)
      await platform.prepareWorkload(workload)
      expect((await networks()).length).toBe(before + 1)
      await platform.releaseWorkload(execution)
      expect((await networks()).length).toBe(before)
    })
  })
})

describeOnEngines('a program that may reach out', ({ name: engine, address }) => {
  let platform: DockerPlatform
  let image: TestImage
  beforeAll(async () => {
    platform = dockerPlatform(address, { network: 'bridge' })
    image = await testImage(address)
    await platform.probe()
  })
  afterAll(async () => {
    await releaseAll(platform)
    await image.remove()
  })

  it.skipIf(engine === 'Podman')('is not reached by others all the same', async () => {
    const server = ids.execution()
    await platform.prepareWorkload(shellWorkload(server, image.id, SERVE))
    await platform.start(server)
    let own: string | undefined
    while (!own) {
      const said = (await outputOf(platform, server, 'stdout', { follow: false })).toString()
      own = [...said.matchAll(/inet addr:(\S+)/g)].map(([, one]) => one).find((one) => one !== '127.0.0.1')
    }
    const client = ids.execution()
    const script = `echo hello | timeout 3 nc -w 2 ${own} ${PORT} && echo reached; exit 0`
    await platform.prepareWorkload(shellWorkload(client, image.id, script))
    await platform.start(client)
    expect((await outputOf(platform, client)).toString()).toBe('')
  })
})
