import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'

type Line = Readonly<Record<string, unknown>> & { readonly msg: string }

const lines: Line[] = []
let setting: BrokerWithAccounts
let ada: CallerApi
beforeAll(async () => {
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) })
  setting = await brokerWithAccounts({}, undefined, logger)
  ada = await setting.user('ada')
})
afterAll(() => setting.broker.close())

const saidOf = (uuid: string) => lines.filter(({ executionId }) => executionId === uuid)

/** Runs something to its end, until the log has said that. */
async function ended(executable: object): Promise<string> {
  const uuid = await ada.run(containerRequest(executable))
  await vi.waitFor(() => expect(saidOf(uuid).at(-1)?.msg).toMatch(/^The execution has ended/), { timeout: 60_000 })
  return uuid
}

describe('the log', () => {
  it('tells the life of an execution, each line with its UUID and its user', async () => {
    const said = saidOf(await ended({}))
    expect(new Set(said.map(({ user }) => user))).toEqual(new Set(['ada']))
    expect(new Set(said.map(({ level }) => level))).toEqual(new Set([30]))
    const phases = said.flatMap(({ before, phase }) => (before === undefined ? [] : [phase]))
    expect(phases).toEqual(expect.arrayContaining(['ACCEPTED', 'PREPARING', 'AVAILABLE', 'RELEASING']))
    const one = (msg: string) => said.find((line) => line.msg === msg)
    expect(one('The executable is prepared.')).toMatchObject({
      image: expect.any(String) as string,
      imageId: expect.any(String) as string,
    })
    expect(one('The program was started.')).toMatchObject({
      platform: 'simulated',
      pool: 'default',
    })
    expect(one('The program has ended.')).toMatchObject({ exitCode: 0 })
    expect(said.some(({ components }) => (components as string[] | undefined)?.includes('compute'))).toBe(true)
    expect(said.at(-1)).toMatchObject({ msg: 'The execution has ended; it is COMPLETED.', exitCode: 0 })
  })

  it('tells why an image could not be had in words, without the place in the program', async () => {
    const uuid = await ended({ environment: { SIMULATED_FAIL: 'image' } })
    const [failed] = saidOf(uuid).filter(({ component }) => component === 'executable')
    expect(failed).toMatchObject({ code: 'IMAGE_UNAVAILABLE', reason: expect.any(String) as string })
    expect(JSON.stringify(saidOf(uuid))).not.toMatch(/stack|\.ts:\d/)
  })

  it('tells an acceptance of one of several offers too', async () => {
    const { offers: [offer] = [] } = await ada.offers(containerRequest())
    const uuid = offer?.meta.uuid ?? ''
    await ada.setPhase(uuid, 'ACCEPTED')
    expect(saidOf(uuid)).toContainEqual(
      expect.objectContaining({
        msg: 'The execution is ACCEPTED.',
        before: 'OFFERED',
        user: 'ada',
        platform: 'simulated',
      }),
    )
  })

  it('tells who asked for what from where and what was made, without the query', async () => {
    const uuid = await ada.run(containerRequest())
    await ada.get(`/executions/${uuid}?secret=hidden`)
    const answered = lines.filter(({ msg }) => msg === 'answered')
    expect(answered).toContainEqual(
      expect.objectContaining({
        method: 'POST',
        user: 'ada',
        address: '127.0.0.1',
        made: expect.stringMatching(/^\/(executions|offersets)\/[-0-9a-f]{36}$/) as string,
      }),
    )
    expect(answered).toContainEqual(
      expect.objectContaining({ method: 'GET', path: `/executions/${uuid}`, user: 'ada' }),
    )
    expect(JSON.stringify(lines)).not.toContain('hidden')
  })

  it('tells of health checks only where everything is told', async () => {
    await setting.anonymous.get('/health/live')
    await setting.anonymous.get('/health/ready')
    const levels = lines.filter(({ path }) => String(path).startsWith('/health/')).map(({ level }) => level)
    expect(levels).toEqual([20, 20])
  })
})
