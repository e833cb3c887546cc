/** Attacks on the terminals of people, with texts of others that the commands show. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { jsonOf, runCommand } from '../support/command.ts'

vi.setConfig({ testTimeout: 120_000 })

const EVIL = 'x\u001b]0;title\u0007\u001b[2J\u009b1A\r\u007f\u202ey\u2066\n2026 COMPLETED\u2028z'
const STEERING = /[^\P{Cc}\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/u

let broker: TestBroker
let uuid: string
beforeAll(async () => {
  broker = await testBroker()
  const api = new Api(broker.url)
  uuid = await api.run(containerRequest({ environment: { SIMULATED_STDOUT: EVIL } }, { meta: { name: EVIL } }))
  await api.ends(uuid)
})
afterAll(() => broker.close())

const run = (...args: string[]) => runCommand(args, { environment: { BROKER_URL: broker.url } })

describe('nothing that others wrote steers a terminal:', () => {
  it.each([[['list']], [['status', '']], [['list', '--json']], [['status', '', '--json']], [['logs', '', '--json']]])(
    'broker %j',
    async (args) => {
      const { stdout, stderr } = await run(...args.map((one) => (one === '' ? uuid : one)))
      expect(stdout).toContain('\\u001b')
      expect(stdout + stderr).not.toMatch(STEERING)
    },
  )
  it('a name is one line, and in JSON it is the name', async () => {
    const { stdout } = await run('list')
    expect(stdout.split('\n').filter((line) => line.startsWith('2026'))).toEqual([])
    const { stdout: json } = await run('list', '--json')
    expect(jsonOf<{ meta: { name: string } }>(json)[0]?.meta.name).toBe(EVIL)
  })
  it('what is piped on is the output as it was written', async () => {
    expect((await run('logs', uuid)).stdout).toBe(EVIL)
  })
  it('all commands write through the one place that sees to it', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    const writing = files.filter((file) =>
      /process\.std(out|err)\.write|console\./.test(readFileSync(join('src', file), 'utf8')),
    )
    // That of an old Node.js says one sentence of its own before anything can be loaded.
    expect(writing.sort()).toEqual(['broker.ts', join('cli', 'terminal.ts')])
  })
})
