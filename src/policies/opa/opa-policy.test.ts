import { Agent } from 'undici'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startOpa, type OpaServer } from '../../../test/support/opa.ts'
import { asked, smallRequest } from '../../../test/support/policies.ts'
import { policyConformance } from '../conformance.ts'
import { OpaPolicy } from './opa-policy.ts'

const agent = new Agent()
afterAll(() => agent.close())
const signal = new AbortController().signal
const large = smallRequest({ compute: { cores: { min: 1, max: 64 }, memory: { min: 1, max: 1 }, volumes: [] } })
const privileged = smallRequest({}, { privileged: true })
const policyAt = (url: string, answerWithinMs = 60_000, token?: string) =>
  new OpaPolicy({ name: 'opa', url, answerWithinMs, token, agent })

policyConformance('Open Policy Agent', async () => {
  const opa = await startOpa()
  opa.decide = ({ request }) =>
    request.executable.privileged
      ? { allow: false, reasons: ['it is privileged'] }
      : { allow: true, ...(request.compute.cores.max > 4 ? { cap: { cores: 4 } } : {}) }
  return {
    policy: policyAt(opa.url),
    allowed: smallRequest(),
    denied: privileged,
    capped: large,
    break: async () => {
      opa.fault = 'broken'
    },
    close: () => opa.close(),
  }
})

describe('Open Policy Agent', () => {
  let opa: OpaServer
  beforeEach(async () => {
    opa = await startOpa()
  })
  afterEach(() => opa.close())

  it('is told who asks for what, and nothing secret', async () => {
    const question = asked(smallRequest(), { groups: ['radio'] })
    const caller = { ...question.caller, bearer: 'a secret token' }
    await policyAt(opa.url, 60_000, 'its token').evaluate({ ...question, caller }, signal)
    expect(opa.asked).toMatchObject([
      {
        authorization: 'Bearer its token',
        input: { moment: 'offer', caller: { username: 'ada', groups: ['radio'] }, time: '2026-11-24T00:00:00Z' },
      },
    ])
    expect(JSON.stringify(opa.asked)).not.toContain('a secret token')
  })
  it.each([
    [true, 'allow'],
    [false, 'deny'],
    [{ allow: true }, 'allow'],
    [{ allow: false }, 'deny'],
    [{ allow: true, cap: { memory: 3 } }, 'cap'],
  ])('that answers %j: %s', async (answer, decision) => {
    opa.decide = () => answer
    expect(await policyAt(opa.url).evaluate(asked(smallRequest()), signal)).toMatchObject({ decision })
  })
  it.each([
    [undefined, /not defined/],
    ['yes', /neither true, false nor an object/],
    [{ allow: 'yes' }, /does not say whether it allows/],
    [{}, /does not say whether it allows/],
    [{ allow: false, reasons: 'no' }, /reasons are not a list/],
    [{ allow: true, cap: { cores: -1 } }, /cap has cores/],
    [{ allow: true, cap: { gpus: 1 } }, /cap has gpus/],
  ])('that answers %j has failed', async (answer, said) => {
    opa.decide = () => answer
    await expect(policyAt(opa.url).evaluate(asked(smallRequest()), signal)).rejects.toThrow(said)
  })
  it.each(['broken', 'refuses', 'nonsense', 'huge'] as const)('that is %s has failed', async (fault) => {
    opa.fault = fault
    await expect(policyAt(opa.url).evaluate(asked(smallRequest()), signal)).rejects.toThrow()
  })
  it('that is silent or away is not waited for', async () => {
    opa.fault = 'silent'
    await expect(policyAt(opa.url, 50).evaluate(asked(smallRequest()), signal)).rejects.toThrow()
    await opa.close()
    await expect(policyAt(opa.url).evaluate(asked(smallRequest()), signal)).rejects.toThrow()
  })
  it('cannot write lines of its own into a log', async () => {
    opa.decide = () => ({ allow: false, reasons: ['no\r\n{"level":"info"}\u2028'] })
    const verdict = await policyAt(opa.url).evaluate(asked(smallRequest()), signal)
    expect(verdict).toMatchObject({ messages: [{ values: { reason: 'no {"level":"info"} ' } }] })
  })
})
