/** Asking for offers with a file again and again, as somebody does who is still writing it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import type { OfferSet } from '../../src/client/broker-client.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { jsonOf, RequestFiles, runCommand, type Outcome } from '../support/command.ts'

vi.setConfig({ testTimeout: 120_000 })

let broker: TestBroker
let api: Api
const files = new RequestFiles()
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(async () => {
  await broker.close()
  files.remove()
})

const run = (...args: string[]): Promise<Outcome> => runCommand(args, { environment: { BROKER_URL: broker.url } })
/** Asks with a file, and gives the UUID of the first offer. */
async function asked(file: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run('request', file, '--json')
  expect(exitCode, stderr).toBe(EXIT.ok)
  return jsonOf<OfferSet>(stdout)[0]?.offers?.[0]?.meta.uuid as string
}
const phaseOf = async (uuid: string) => (await api.execution(uuid)).phase

describe('the offers that a file was answered with', () => {
  const good = containerRequest({ command: ['echo', 'good'] })
  it.each<[string, unknown]>([
    ['no YAML', 'executable: [1'],
    ['not as the contract has it', { ...good, compute: { ...cores(1), cores: { min: 'four' } } }],
    ['with a field that is misspelt', { ...good, scheduel: {} }],
    ['of a kind that is not known', { executable: { kind: 'https://example.org/unknown' } }],
    ['more than there is', { ...good, compute: cores(1000) }],
  ])('stay when the file is %s now', async (name, wrong) => {
    const file = files.write(`${name}.yaml`, good)
    const earlier = await asked(file)
    files.write(`${name}.yaml`, wrong)
    const refused = await run('request', file)
    expect(refused.exitCode).toBe(EXIT.refused)
    expect(refused.stderr).not.toMatch(/are given back/)
    expect(await phaseOf(earlier)).toBe('OFFERED')
    files.write(`${name}.yaml`, good)
    await asked(file)
    expect(await phaseOf(earlier)).toBe('REJECTED')
    await run('run', file)
  })
  it('are said to be open still when there are no new ones', async () => {
    const file = files.write('still.yaml', good)
    const earlier = await asked(file)
    files.write('still.yaml', { ...good, compute: cores(1000) })
    const { stderr } = await run('request', file)
    const [, set = ''] =
      /earlier request of this file are still open; 'broker reject ([0-9a-f-]{36})'/.exec(stderr) ?? []
    expect((await run('reject', set)).exitCode).toBe(EXIT.ok)
    expect(await phaseOf(earlier)).toBe('REJECTED')
    expect((await run('request', file)).stderr).not.toMatch(/still open/)
  })
  it('are not in the way of the new ones', async () => {
    const whole = { ...good, compute: cores(8) }
    const file = files.write('whole.yaml', whole)
    const earlier = await asked(file)
    const { exitCode, stdout, stderr } = await run('request', file)
    expect(exitCode).toBe(EXIT.ok)
    expect(stderr).not.toMatch(/Your own open offers hold/)
    expect(stdout).toMatch(/^1 +within \d+ s /m)
    expect(await phaseOf(earlier)).toBe('REJECTED')
    const open = (await api.get<{ executions?: { offerset: string }[] }>('/executions?PHASE=OFFERED')).body.executions
    expect(new Set(open?.map(({ offerset }) => offerset)).size, 'the offers of the last answer alone are open').toBe(1)
    await run('run', file)
  })
})

it('shows the offers on stdout, as list and status do, and what is said on stderr', async () => {
  const { exitCode, stdout, stderr } = await run('request', files.write('table.yaml', containerRequest()))
  expect(exitCode).toBe(EXIT.ok)
  expect(stdout).toMatch(/^offer +start .* uuid\n(\d .* [0-9a-f-]{36}\n)+$/)
  expect(stderr).not.toMatch(/^offer +start/m)
  expect(stderr).toMatch(/'broker accept UUID' accepts one of them/)
})
