/** Interactive work on real engines, over HTTP: a client reaches a server through its connector, and nobody else's program does. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { enginePlatform, scriptRequest } from '../support/engine-requests.ts'
import { engineSetting, type EngineSetting } from '../support/engine-setting.ts'

describeOnEngines('a server', ({ name, address }) => {
  let setting: EngineSetting
  const platform = enginePlatform(address)
  beforeAll(async () => {
    // Podman publishes nothing where programs may not reach out.
    const network = name === 'Podman' ? 'bridge' : 'none'
    setting = await engineSetting(address, {}, { platforms: [{ ...platform, network, publish: {} }] })
  })
  afterAll(() => setting.close())

  function request(script: string): Schemas['ExecutionRequest'] {
    const plain = scriptRequest(setting.image.location, script)
    const ports = [{ purpose: 'files', internal: { port: 8080 }, protocol: 'HTTP', path: 'from-image' }] as const
    return {
      ...plain,
      executable: { ...(plain.executable as Schemas['DockerContainer']), network: { ports: [...ports] } },
    }
  }
  async function reached(uuid: string): Promise<string> {
    for (;;) {
      const { phase, connectors } = await setting.api.execution(uuid)
      const [connector] = connectors ?? []
      if (connector?.status === 'AVAILABLE') return connector.location as string
      expect(['ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE']).toContain(phase)
      expect(connector).toEqual({ kind: 'files', status: 'PREPARING', protocol: 'HTTP' })
      await setting.api.get(`/executions/${uuid}?WAIT=1&PHASE=${phase}`)
    }
  }
  /** What is served there, once the program listens. */
  async function fetched(location: string): Promise<string> {
    for (;;) {
      const answer = await fetch(location).catch(() => undefined)
      if (answer) return answer.text()
    }
  }

  it('is reached through its connector until the client is done', { timeout: 60_000 }, async () => {
    const uuid = await setting.api.run(request('exec httpd -f -p 8080 -h /prepared'))
    const location = await reached(uuid)
    expect(location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/from-image$/)
    expect(await fetched(location)).toBe('from the image')

    // A program of another execution tries the same place, and every address of the networks that such programs have.
    const { port } = new URL(location)
    const places = [
      '127.0.0.1',
      '10.0.2.2',
      ...[17, 18, 19, 20].flatMap((net) => [1, 2].map((n) => `172.${net}.0.${n}`)),
    ]
    const tries = places.flatMap((host) => [`${host} ${port}`, `${host} 8080`])
    const each = `for place in ${tries.map((one) => `'${one}'`).join(' ')}; do (printf 'GET /from-image HTTP/1.0\\r\\n\\r\\n' | timeout 1 nc -w 1 $place | grep -q 'from the image' && echo reached $place) & done; wait`
    const other = await setting.api.run(request(each))
    expect((await setting.api.ends(other)).phase).toBe('COMPLETED')
    expect((await setting.api.get<string>(`/streams/${other}/stdout`)).body).toBe('')

    await setting.api.setPhase(uuid, 'RELEASING')
    const ended = await setting.api.ends(uuid)
    expect(ended.phase).toBe('COMPLETED')
    expect(ended.connectors).toEqual([{ kind: 'files', status: 'FINISHED', protocol: 'HTTP' }])
    await expect(fetch(location)).rejects.toThrow()
    expect(await setting.traces.held([uuid, other])).toEqual([])
  })

  it('is not offered where the site publishes nothing', async () => {
    const closed = await engineSetting(address, {}, { platforms: [platform] })
    try {
      const { result, meta } = await closed.api.offers(request('true'))
      expect(result).toBe('NO')
      expect(meta?.messages?.map(({ message }) => message)).toContain(
        'No platform here supports what /executable/network/ports/0 asks for: ports of programs are not published here.',
      )
    } finally {
      await closed.close()
    }
  })
})
