/** Attacks with the names and values of environment variables, against a site that forbids some. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker({
    policies: [{ type: 'environment', name: 'site', deny: ['LD_*', 'PATH', '*TOKEN*KEY*'] }],
  })
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const asking = (environment: Record<string, string>) => api.offers(containerRequest({ environment }))
const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')

describe('a policy sees the names that the kernel will see, and no program gets:', () => {
  it.each([
    'LD_PRELOAD=/x.so:',
    'PATH=/evil',
    'A=B',
    '=LD_PRELOAD',
    '',
    ' LD_PRELOAD',
    'LD_PRELOAD ',
    'PATH\n',
    'A\nLD_PRELOAD',
    'BASH_FUNC_ls%%',
    'BASH_FUNC_ls()',
    '1A',
    'a/b~c',
    'LD_PRELOAD\u200b',
    'ＬD_PRELOAD',
    'Ä',
  ])('%j', async (name) => {
    const { result, meta } = await asking({ [name]: 'hush', FINE: '1' })
    expect(result).toBe('NO')
    expect(messageNames({ meta })).toEqual(['invalid-variable'])
    expect(meta.messages?.[0]?.values?.pointer).toBe(`/executable/environment/${escaped(name)}`)
    expect(JSON.stringify(meta)).not.toContain('hush')
  })
  it('a name as long as a body', async () => {
    const { result, meta } = await asking({ [`A${'TOKEN'.repeat(50_000)}`]: '' })
    expect([result, messageNames({ meta })]).toEqual(['NO', ['invalid-variable']])
  })
  it('the last of many', async () => {
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`V${index}`, '']))
    const { result, meta } = await asking({ ...many, 'PATH=/evil': '' })
    expect([result, messageNames({ meta })]).toEqual(['NO', ['invalid-variable']])
  })
  it('while names with dots and dashes, which programs use and engines pass on, are looked at as they are', async () => {
    expect((await asking({ 'spring.profiles-active': 'x', _: 'y', __proto: '' })).result).toBe('YES')
    const { meta } = await asking({ 'LD_A.b-c': 'x' })
    expect(messageNames({ meta })).toEqual(['policy-environment'])
  })
  it('in a direct run as well', async () => {
    const answer = await api.post<Schemas['Execution']>(
      '/executions',
      containerRequest({ environment: { 'PATH=/evil': '' } }),
    )
    expect([answer.status, answer.body.phase, messageNames(answer.body)]).toEqual([400, 'FAILED', ['invalid-variable']])
  })
})

describe('what the kernel will not pass to a program is refused before anything is offered:', () => {
  const pointersOf = async (container: Parameters<typeof containerRequest>[0]) => {
    const { result, meta } = await api.offers(containerRequest(container))
    return [result, ...(meta.messages ?? []).map(({ values }) => values?.pointer)]
  }
  it('a variable whose value leaves no room for its name', async () => {
    const room = 131_072 - 'A=\0'.length
    expect(await pointersOf({ environment: { A: 'x'.repeat(room + 1) } })).toEqual(['NO', '/executable/environment/A'])
    expect((await pointersOf({ environment: { A: 'x'.repeat(room) } }))[0]).toBe('YES')
  })
  it('a variable that is longer in bytes than in characters', async () => {
    expect(await pointersOf({ environment: { A: '星'.repeat(50_000) } })).toEqual(['NO', '/executable/environment/A'])
  })
  it('an argument that is too long in bytes', async () => {
    expect(await pointersOf({ command: ['x', '星'.repeat(50_000)] })).toEqual(['NO', '/executable/command/1'])
  })
  it('the character NUL, in a name or a value', async () => {
    for (const [name, value] of [
      ['A\0B', 'x'],
      ['A', 'x\0PATH=/evil'],
    ] as const) {
      const { status } = await api.post('/offersets', containerRequest({ environment: { [name]: value } }))
      expect(status).toBe(400)
    }
  })
})
