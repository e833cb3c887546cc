/** Ports: what a client asks for, and where it is told that they are. The simulated platform publishes nothing real. */
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

const serving = (duration = 'PT1H') =>
  containerRequest({
    environment: { SIMULATED_DURATION: duration },
    network: {
      ports: [
        { purpose: 'desktop', internal: { port: 8080 }, protocol: 'HTTP', path: '/start?full=1' },
        { internal: { port: 5000 } },
      ],
    },
  })
/** Returns once the execution tells that a port is published. */
async function published(uuid: string): Promise<void> {
  const response = await fetch(`${api.url}/executions/${uuid}/events`)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes(':port-published') && text.split(':port-published').length > 2) return
  }
}

describe('connectors', () => {
  it('are prepared in an offer, available while the program runs, and finished afterwards', async () => {
    const offerSet = await api.offers(serving())
    const [offer] = offerSet.offers ?? []
    const prepared = [
      { kind: 'desktop', status: 'PREPARING', protocol: 'HTTP' },
      { status: 'PREPARING', protocol: 'TCP' },
    ]
    expect(offer?.connectors).toEqual(prepared)
    const uuid = offer?.meta.uuid as string
    await api.setPhase(uuid, 'ACCEPTED')
    await published(uuid)
    const running = await api.execution(uuid)
    expect(running.connectors).toEqual([
      {
        kind: 'desktop',
        status: 'AVAILABLE',
        protocol: 'HTTP',
        location: 'http://simulated.invalid:8080/start?full=1',
      },
      { status: 'AVAILABLE', protocol: 'TCP', location: 'tcp://simulated.invalid:5000' },
    ])
    expect(running.executable).toMatchObject({
      network: {
        ports: [
          { internal: { port: 8080 }, external: { port: 8080, addresses: ['simulated.invalid'] } },
          { internal: { port: 5000 }, external: { port: 5000, addresses: ['simulated.invalid'] } },
        ],
      },
    })
    expect((await api.get<typeof running>(`/sessions/${uuid}`)).body.connectors).toEqual(running.connectors)
    await api.setPhase(uuid, 'RELEASING')
    const ended = await api.ends(uuid)
    expect(ended.connectors).toEqual(prepared.map((one) => ({ ...one, status: 'FINISHED' })))
    expect(JSON.stringify(ended.executable)).not.toContain('external')
  })
  it('are still known to a broker that was started again meanwhile', async () => {
    const uuid = await api.run(serving())
    await published(uuid)
    await broker.restart()
    api = new Api(broker.url)
    expect((await api.execution(uuid)).connectors?.map(({ status }) => status)).toEqual(['AVAILABLE', 'AVAILABLE'])
    await api.setPhase(uuid, 'CANCELLED')
    expect((await api.ends(uuid)).connectors?.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED'])
  })
  it('have the flag of the published schema, which leaves a port out', async () => {
    const ports = [
      { access: true, internal: { port: 8080 }, protocol: 'http' },
      { access: false, internal: { port: 5000 } },
    ]
    const { offers } = await api.offers(containerRequest({ network: { ports } }))
    expect(offers?.[0]?.connectors).toEqual([{ status: 'PREPARING', protocol: 'HTTP' }])
    expect(offers?.[0]?.executable).toMatchObject({
      network: {
        ports: [
          { access: true, protocol: 'HTTP' },
          { access: false, protocol: 'TCP' },
        ],
      },
    })
  })
  it('are none where no port is asked for', async () => {
    const uuid = await api.run(containerRequest())
    expect(await api.ends(uuid)).not.toHaveProperty('connectors')
  })
  it('belong to an offer that was not accepted, and are finished with it', async () => {
    const uuid = (await api.offers(serving())).offers?.[0]?.meta.uuid as string
    await api.setPhase(uuid, 'REJECTED')
    expect((await api.execution(uuid)).connectors?.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED'])
  })
})

describe('a port that cannot be asked for', () => {
  const refusal = async (port: object) => {
    const { result, meta } = await api.offers(containerRequest({ network: { ports: [port] } }))
    expect(result).toBe('NO')
    return meta?.messages?.map(({ message }) => message).join('\n')
  }
  it('has no number', async () => {
    expect(await refusal({ protocol: 'HTTP' })).toContain('/executable/network/ports/0/internal/port is missing')
  })
  it('has its place outside already', async () => {
    expect(await refusal({ internal: { port: 1 }, external: { port: 80 } })).toContain(
      '/executable/network/ports/0/external',
    )
  })
  it('is one more than the policies of the site allow', async () => {
    const strict = await testBroker({ policies: [{ type: 'limits', name: 'site', ports: 1 }] })
    try {
      const { result, meta } = await new Api(strict.url).offers(serving())
      expect(result).toBe('NO')
      expect(meta?.messages?.[0]?.message).toBe(
        '/executable/network/ports asks for at least 2 ports, and the policy site allows 1.',
      )
    } finally {
      await strict.close()
    }
  })
})
