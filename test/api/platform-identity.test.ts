/** A platform that is another engine or directory than the database knows under its name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { runCommand } from '../support/command.ts'
import { onServer } from '../support/database.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Says, with the command of operators, that what is in a data directory is the platform. */
async function confirm(
  { dataDirectory, databaseUrl }: Pick<TestBroker, 'dataDirectory' | 'databaseUrl'>,
  name: string,
) {
  return runCommand(['platform', 'confirm', name], {
    environment: {
      BROKER_DATA_DIRECTORY: dataDirectory,
      BROKER_PLATFORMS: '[{type: simulated, name: simulated}]',
      ...(databaseUrl === undefined ? {} : { BROKER_DATABASE_URL: databaseUrl }),
    },
  })
}

const readiness = async (api: Api) => {
  const { status, body } = await api.get<Schemas['Health']>('/health/ready')
  return [status, body.checks?.[1]?.detail]
}
const FOREIGN = [503, 'It is another engine than the one that is known under this name']

it('that was installed anew is not used before an operator says that it is right', async () => {
  const broker = await testBroker()
  onTestFinished(() => broker.close())
  await broker.restart()
  expect(await readiness(new Api(broker.url))).toEqual([200, undefined])

  writeFileSync(join(broker.dataDirectory, 'simulated', 'simulated', 'identity'), '"another"')
  await broker.restart()
  const api = new Api(broker.url)
  expect(await readiness(api)).toEqual(FOREIGN)
  const { result, meta } = await api.offers(containerRequest())
  expect([result, messageNames({ meta })]).toEqual(['NO', ['platform-away']])

  await broker.stopped(async () => {
    expect((await confirm(broker, 'nowhere')).stderr).toMatch(/No platform is called nowhere/)
    expect(await confirm(broker, 'simulated')).toMatchObject({
      exitCode: 0,
      stdout: 'The platform simulated is another from now on.\n',
    })
  })
  const again = new Api(broker.url)
  expect(await readiness(again)).toEqual([200, undefined])
  expect((await again.offers(containerRequest())).result).toBe('YES')
})

it('that is exchanged while a broker runs is noticed, and what it books goes elsewhere', async () => {
  const broker = await testBroker()
  onTestFinished(() => broker.close())
  const api = new Api(broker.url)
  writeFileSync(join(broker.dataDirectory, 'simulated', 'simulated', 'identity'), '"another"')
  expect(await readiness(api)).toEqual(FOREIGN)
  expect((await api.offers(containerRequest())).result).toBe('NO')
})

it.skipIf(!onServer)('on one host of two is left alone there, and its executions to the host that has it', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'other-host-'))
  const first = await testBroker()
  const second = await testBroker({ dataDirectory }, undefined, first)
  onTestFinished(async () => {
    await second.close()
    await first.close()
    rmSync(dataDirectory, { recursive: true })
  })
  const [api, other] = [new Api(first.url), new Api(second.url)]
  expect(await readiness(api)).toEqual([200, undefined])
  expect(await readiness(other)).toEqual(FOREIGN)
  expect((await other.offers(containerRequest())).result).toBe('NO')
  // Any process may take the work on these.
  const request = containerRequest({ environment: { SIMULATED_DURATION: 'PT0.5S' } })
  const uuids = await Promise.all(Array.from({ length: 8 }, () => api.run(request)))
  const ended = await Promise.all(uuids.map((uuid) => other.ends(uuid)))
  expect(ended.map(({ phase }) => phase)).toEqual(uuids.map(() => 'COMPLETED'))
})
