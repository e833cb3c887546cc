/** What the contract is walked on: brokers, and things of which each operation can be asked. */
import { BrokerError } from '../../src/domain/errors.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { failingBroker, type FailingBroker } from '../support/failing-broker.ts'

/** The failures that any operation can have, whatever it does; the service is made to have them. */
export const FAILURES = {
  '403': new BrokerError('FORBIDDEN', 'You are not permitted to do this.'),
  '429': new BrokerError('TOO_MANY_REQUESTS', 'Ask less often.'),
  '500': new Error('as the test wants it'),
  '503': new BrokerError('UNAVAILABLE', 'The database does not answer.'),
} as const

export interface Setting {
  readonly accounts: BrokerWithAccounts
  readonly admin: CallerApi
  /** A broker without accounts, whose offers expire at once. */
  readonly hasty: Api
  /** An execution that has ended, with a component of every family and five bytes of output. */
  readonly ended: Schemas['Execution']
  /** By status: a service that refuses with it whatever it can. */
  readonly failing: ReadonlyMap<string, Api>
  /** The UUID of an open offer, of a set made for it. */
  readonly offer: () => Promise<{ set: string; offer: string }>
  /** The UUID of an offer that has expired, on `hasty`. */
  readonly expired: () => Promise<{ set: string; offer: string }>
  close(): Promise<void>
}

export const accept = { kind: KIND.enumUpdate, path: 'phase', value: 'ACCEPTED' }
export const rejectAll = { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' }

/** Prepares everything. */
export async function prepareSetting(): Promise<Setting> {
  const accounts = await brokerWithAccounts({
    platforms: [
      {
        type: 'simulated',
        name: 'simulated',
        duration: 'PT0.02S',
        pools: [{ name: 'default', cores: 800, memory: 1600, storage: 10000 }],
      },
    ],
  })
  const hastyBroker: TestBroker = await testBroker({ 'offers.lifetime': 'PT0.1S' })
  const data: DataServer = await startDataServer()
  data.files.set('/file', { content: Buffer.from('12345') })
  const { admin } = accounts
  const hasty = new Api(hastyBroker.url)
  const services = new Map<string, FailingBroker>([['401', await failingBroker()]])
  for (const [status, error] of Object.entries(FAILURES)) services.set(status, await failingBroker(error))
  services.set('404', await failingBroker(undefined, { servedElsewhere: true }))
  services.set('408', await failingBroker(undefined, { impatient: true }))
  // Its readiness says of each part that it is away.
  services.set('away', await failingBroker(FAILURES['503'], { onlyWhereAsked: true }))
  return {
    accounts,
    admin,
    hasty,
    ended: await runToTheEnd(admin, `${data.url}/file`),
    failing: new Map([...services].map(([status, { url }]) => [status, new Api(url)])),
    offer: () => openOffer(admin),
    expired: async () => {
      const made = await openOffer(hasty)
      await hasty.get(`/executions/${made.offer}?WAIT=20&PHASE=OFFERED`)
      return made
    },
    close: async () => {
      for (const service of services.values()) await service.close()
      await hastyBroker.close()
      await accounts.broker.close()
      await data.close()
    },
  }
}

async function openOffer(api: Api): Promise<{ set: string; offer: string }> {
  const { meta, offers } = await api.offers(containerRequest(), { Prefer: 'offers=1' })
  return { set: meta.uuid as string, offer: offers?.[0]?.meta.uuid as string }
}

async function runToTheEnd(api: CallerApi, location: string): Promise<Schemas['Execution']> {
  const uuid = await api.run(
    containerRequest(
      { environment: { SIMULATED_STDOUT: '12345' } },
      {
        compute: { ...cores(1), volumes: [{ kind: KIND.simpleVolumeMount, resource: 'input' }] },
        data: [{ kind: KIND.simpleData, meta: { name: 'input' }, location }],
      },
    ),
  )
  return api.reaches(uuid, 'COMPLETED')
}
