/** Looking at the policies of a site from the command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { containerRequest, cores } from '../support/api.ts'
import { jsonOf, runCommand } from '../support/command.ts'

vi.setConfig({ testTimeout: 120_000 })

const directory = mkdtempSync(join(tmpdir(), 'policies-'))
afterAll(() => rmSync(directory, { recursive: true }))

const POLICIES = `
policies:
  - { type: images, name: site, resolve: false, allow: [{ registry: example.org }] }
  - { type: limits, name: small, cores: 4, notGroups: [radio] }
  - { type: quota, name: five, limits: { executions: 5 } }
  - { type: opa, name: rules, url: 'http://127.0.0.1:1/v1/data/x', users: [eve] }
`
beforeAll(() => {
  writeFileSync(join(directory, 'broker.yaml'), POLICIES)
  writeFileSync(join(directory, 'wrong.yaml'), 'policies: [{ type: images, name: site, allow: [{ versions: new }] }]')
  writeFileSync(join(directory, 'request.json'), JSON.stringify(containerRequest({}, { compute: cores(1, 64) })))
  writeFileSync(join(directory, 'bad.json'), '{"executable": 5}')
})
const broker = (...args: string[]) => runCommand(args, { directory })

describe('broker policy check', () => {
  it('says which policies there are', async () => {
    expect(await broker('policy', 'check')).toMatchObject({
      exitCode: EXIT.ok,
      stdout: 'The policies are right: site, small, rules, five.\n',
    })
  })
  it('says what cannot be understood', async () => {
    const { exitCode, stderr } = await broker('policy', 'check', '--config', 'wrong.yaml')
    expect([exitCode, stderr]).toEqual([
      EXIT.failed,
      "The policies are not right: site.allow.0.versions is not a range such as '>=1.20 <2'.\n",
    ])
  })
})

describe('broker policy explain', () => {
  it('shows what each policy says, and what becomes of it', async () => {
    const { exitCode, stdout } = await broker('policy', 'explain', 'request.json')
    expect([exitCode, stdout.split('\n')]).toEqual([
      EXIT.ok,
      [
        'site: allow',
        'small: cap',
        '  {"amounts":{"cores":4}}',
        'rules: allow',
        'five: allow',
        '  Nothing is counted as used here; GET /admin/quotas of the broker shows what is.',
        '/compute/cores/max asks for up to 64 cores; offers go up to the 4 that the policies allow.',
        'It may be offered.',
        '',
      ],
    ])
  })
  it('asks as somebody else, in JSON', async () => {
    const { exitCode, stdout } = await broker(
      ...['policy', 'explain', 'request.json', '--json', '--user', 'eve', '--group', 'radio'],
    )
    expect(exitCode).toBe(EXIT.refused)
    expect(jsonOf(stdout)).toMatchObject([
      { type: 'verdict', policy: 'site', decision: 'allow' },
      { type: 'verdict', policy: 'small', decision: 'allow' },
      { type: 'verdict', policy: 'rules', decision: 'deny', failure: expect.any(String) as string },
      { type: 'verdict', policy: 'five', decision: 'allow', uncounted: true },
      { type: 'judgement', allowed: false },
    ])
  })
  it('says what is wrong with the file', async () => {
    expect(await broker('policy', 'explain', 'none.json')).toMatchObject({
      exitCode: EXIT.usage,
      stderr: 'There is no file none.json.\n',
    })
    const { exitCode, stderr } = await broker('policy', 'explain', 'bad.json')
    expect([exitCode, stderr]).toEqual([EXIT.refused, expect.stringMatching(/^ {2}\/executable: /m)])
  })
})
