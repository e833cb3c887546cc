/** Looking after accounts, quotas and the record from the command line, from the first start on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { basic, brokerWithAccounts, passwordOf, type BrokerWithAccounts } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import { testBroker } from '../support/broker.ts'
import { jsonOf, runCommand } from '../support/command.ts'

vi.setConfig({ testTimeout: 240_000 })

const directory = mkdtempSync(join(tmpdir(), 'admin-'))
let setting: BrokerWithAccounts
let token: string
beforeAll(async () => {
  setting = await brokerWithAccounts({ policies: [{ type: 'quota', name: 'five', limits: { executions: 5 } }] })
  token = (await setting.admin.post<{ token: string }>('/account/tokens', { name: 'cli' })).body.token
})
afterAll(async () => {
  await setting.broker.close()
  rmSync(directory, { recursive: true })
})

const as = (credentials: Record<string, string>, ...args: string[]) =>
  runCommand(args, { environment: { BROKER_URL: setting.broker.url, ...credentials }, directory })
const admin = (...args: string[]) => as({ BROKER_TOKEN: token }, 'admin', ...args)

describe('broker list', () => {
  it('shows an operator what everybody or one user has: phase, pool, user and start', async () => {
    const carl = await setting.user('carl')
    const uuid = await carl.run(containerRequest())
    await carl.reaches(uuid, 'COMPLETED')
    const list = (...args: string[]) => as({ BROKER_TOKEN: token }, 'list', ...args)
    const line = new RegExp(`^${uuid} +carl .*COMPLETED, exit code 0 +\\d{4}-\\S+ +simulated/default$`, 'm')
    const all = await list('--all')
    expect(all.stdout).toMatch(/^uuid +user +name +phase +start +platform$/m)
    expect(all.stdout).toMatch(line)
    expect((await list('--user', 'carl')).stdout).toMatch(line)
    expect((await list('--user', 'admin')).stdout).not.toMatch(line)
    expect((await list('--all', '--user', 'carl')).exitCode).toBe(EXIT.usage)
    const his = { BROKER_USER: 'carl', BROKER_PASSWORD: passwordOf('carl') }
    const refused = await as(his, 'list', '--all')
    expect([refused.exitCode, refused.stderr]).toEqual([EXIT.failed, expect.stringContaining('operators')])
  })
})

describe('the first administrator', () => {
  it('comes from the password that was shown to an account and a token, told each time what to do next', async () => {
    const fresh = await testBroker({ identity: {} })
    const first = /with the password (\S+)/.exec(fresh.notes.join('\n'))?.[1] ?? ''
    const broker = (credentials: Record<string, string>, ...args: string[]) =>
      runCommand(args, { environment: { BROKER_URL: fresh.url, ...credentials }, directory })
    try {
      expect(fresh.notes.join('\n')).toMatch(
        /set BROKER_USER to admin and BROKER_PASSWORD to it, and call 'broker password'/,
      )
      const nobody = await broker({}, 'admin', 'identities')
      expect([nobody.exitCode, nobody.stderr]).toEqual([
        EXIT.failed,
        expect.stringMatching(/BROKER_USER.*'broker token/),
      ])
      const before = await broker({ BROKER_USER: 'admin', BROKER_PASSWORD: first }, 'admin', 'identities')
      expect(before.stderr).toMatch(/Change your password first, with 'broker password'/)
      writeFileSync(join(directory, 'new'), 'a password that is mine\n')
      const changed = await broker(
        { BROKER_USER: 'admin', BROKER_PASSWORD: first },
        ...['password', '--password-file', 'new'],
      )
      expect([changed.exitCode, changed.stderr]).toEqual([EXIT.ok, expect.stringMatching(/'broker token NAME'/)])
      const mine = { BROKER_USER: 'admin', BROKER_PASSWORD: 'a password that is mine' }
      const made = await broker(mine, 'token', 'laptop', '--duration', 'P1D')
      expect(made.stdout).toMatch(/^ebt_\S+\n$/)
      const listed = await broker({ BROKER_TOKEN: made.stdout.trim() }, 'admin', 'identities')
      expect([listed.exitCode, listed.stdout]).toEqual([EXIT.ok, expect.stringMatching(/^admin +user operator admin/m)])
    } finally {
      await fresh.close()
    }
  })
})

describe('broker admin', () => {
  it('makes accounts, whose password is shown once when it was made here', async () => {
    const { exitCode, stdout, stderr } = await admin('create', 'ada', '--group', 'radio', '--display-name', 'Ada')
    expect([exitCode, stdout]).toEqual([EXIT.ok, expect.stringMatching(/^ada +user +radio +new password/m)])
    const password = /is (\S+) \(shown this once/.exec(stderr)?.[1] ?? ''
    expect((await setting.as(basic('ada', password)).get('/account')).status).toBe(200)
    const again = await admin('create', 'ada')
    expect([again.exitCode, again.stderr]).toEqual([
      EXIT.failed,
      expect.stringMatching(/There is an account ada already/),
    ])
  })
  it('changes accounts, by their user name', async () => {
    const bob = await setting.user('bob')
    expect((await admin('disable', 'BOB')).stdout).toMatch(/^bob .*disabled/m)
    expect((await bob.get('/account')).status).toBe(401)
    expect((await admin('enable', 'bob')).exitCode).toBe(EXIT.ok)
    expect((await admin('roles', 'bob', 'user', 'operator')).stdout).toMatch(/^bob +user operator/m)
    expect((await admin('groups', 'bob', 'radio', 'survey')).stdout).toMatch(/^bob +user operator +radio survey/m)
    expect((await admin('groups', 'bob')).stdout).toMatch(/^bob +user operator +[0-9a-f]{8}-/m)
    const [one] = jsonOf((await admin('identity', 'bob', '--json')).stdout)
    expect(one).toMatchObject({ username: 'bob', roles: ['user', 'operator'] })
    writeFileSync(join(directory, 'for-bob'), 'a password for now\n')
    expect((await admin('password', 'bob', '--password-file', 'for-bob')).stderr).toMatch(/bob has the new password/)
    expect((await setting.as(basic('bob', 'a password for now')).get('/account')).status).toBe(200)
  })
  it('gives scripts with --json what it shows people, also passwords that it made', async () => {
    const [ivy] = jsonOf((await admin('create', 'ivy', '--json')).stdout)
    const first = String(ivy?.password)
    expect((await setting.as(basic('ivy', first)).get('/account')).status).toBe(200)
    const [reset] = jsonOf((await admin('password', 'ivy', '--json')).stdout)
    expect(reset).toMatchObject({ username: 'ivy', password: expect.stringMatching(/^(\w{4}-?){5}$/) as string })
    const her = { BROKER_TOKEN: '', BROKER_USER: 'ivy', BROKER_PASSWORD: String(reset?.password) }
    const own = await as(her, 'password', '--json')
    const [changed] = jsonOf(own.stdout)
    expect([changed, own.stderr]).toEqual([
      { type: 'password', password: expect.stringMatching(/^(\w{4}-?){5}$/) as string, tokensRevoked: true },
      '',
    ])
    const mine = { BROKER_USER: 'ivy', BROKER_PASSWORD: String(changed?.password) }
    writeFileSync(join(directory, 'ivy'), 'a password of her own\n')
    const given = await as(mine, 'password', '--json', '--keep-tokens', '--password-file', 'ivy')
    expect(jsonOf(given.stdout)).toEqual([{ type: 'password', tokensRevoked: false }])
  })
  it('says what to do about credentials by what was shown', async () => {
    const said = async (shown: Record<string, string>) => (await as(shown, 'token', 'one')).stderr
    const wrong = await said({ BROKER_USER: 'admin', BROKER_PASSWORD: 'wrong' })
    expect(wrong).toMatch(/BROKER_USER and the password in BROKER_PASSWORD do not fit together/)
    expect(wrong).not.toContain("'broker token NAME' makes one")
    expect(await said({ BROKER_TOKEN: 'wrong' })).toMatch(/The access token in BROKER_TOKEN is not taken/)
    expect(await said({ BROKER_TOKEN: '', BROKER_USER: '', BROKER_PASSWORD: '' })).toContain(
      "'broker token NAME' makes one",
    )
  })
  it('says what is wrong', async () => {
    const missing = await admin('disable', 'nobody')
    expect(missing).toMatchObject({
      exitCode: EXIT.usage,
      stderr: "There is no account nobody; 'broker admin identities' lists them.\n",
    })
    const role = await admin('roles', 'admin', 'king')
    expect([role.exitCode, role.stderr]).toEqual([EXIT.refused, expect.stringMatching(/\/roles\/0/)])
    const eve = await setting.user('eve')
    const refused = await as({ BROKER_USER: 'eve', BROKER_PASSWORD: passwordOf('eve') }, 'admin', 'identities')
    expect(refused.stderr).toMatch(
      /^The user eve is not permitted to do this\. It is for administrators; an administrator gives roles/,
    )
    const { offers: [offer] = [] } = await eve.offers(containerRequest())
    const nothing = await as({ BROKER_TOKEN: token }, 'share', 'nothing')
    expect([nothing.exitCode, nothing.stderr]).toEqual([EXIT.usage, expect.stringMatching(/is not the UUID/)])
    expect((await admin('identity', offer?.meta.uuid ?? '')).stderr).toMatch(/There is no account/)
    const last = await admin('roles', 'admin', 'user')
    expect(last.stderr).toMatch(/admin is the last administrator/)
  })
  it('closes pools for new work, and opens them again', async () => {
    const drained = await admin('drain', 'default', '--reason', 'The disks are replaced.')
    expect([drained.exitCode, drained.stderr]).toEqual([
      EXIT.ok,
      expect.stringMatching(/'broker admin open simulated\/default' ends/),
    ])
    expect((await setting.admin.offers(containerRequest())).result).toBe('NO')
    expect((await admin('open', 'simulated/default')).stderr).toBe('simulated/default takes new work again.\n')
    expect((await setting.admin.offers(containerRequest())).result).toBe('YES')
    expect((await admin('drain', 'none')).stderr).toBe('There is no pool none; there are simulated/default.\n')
  })
  it('takes capacity out of pools for a time, and gives it back', async () => {
    const times = ['--from', '2036-01-01T12:00Z', '--until', '2036-01-01T18:00Z', '--reason', 'A new kernel.']
    const made = await admin('maintain', 'default', ...times, '--cores', '1', '--memory', '2')
    const said = 'From 2036-01-01T12:00:00Z until 2036-01-01T18:00:00Z at most 1 cores and 2 GiB of memory.'
    expect([made.exitCode, made.stderr.split('\n')[0]]).toEqual([EXIT.ok, said])
    const uuid = /end-maintenance ([0-9a-f-]{36})'/.exec(made.stderr)?.[1] ?? ''
    expect((await admin('maintenance')).stdout).toMatch(/^simulated +default .* A new kernel\. +[0-9a-f-]{36}$/m)
    expect((await admin('end-maintenance', uuid)).exitCode).toBe(EXIT.ok)
    expect((await admin('maintenance')).stderr).toBe('Nothing is maintained, now or later.\n')
    const unknown = await admin('maintain', 'none', ...times)
    expect(unknown.stderr).toBe('There is no platform or pool none; there are simulated/default.\n')
  })
  it('says something to everybody', async () => {
    expect((await admin('motd', 'Disks are replaced.')).stderr).toMatch(/^Everybody is told/)
    expect((await admin('motd')).stdout).toBe('Disks are replaced.\n')
    expect((await admin('motd', '--none')).exitCode).toBe(EXIT.ok)
    expect((await admin('motd')).stderr).toBe('Nothing is said.\n')
  })
  it('shows quotas and the record', async () => {
    const cleo = await setting.user('cleo')
    await cleo.run(containerRequest({ environment: { SIMULATED_DURATION: 'PT1H' } }))
    expect((await admin('quotas')).stdout).toMatch(/^five +\S* *executions +/m)
    const few = await admin('audit', '--limit', '2')
    expect(few.stdout.trim().split('\n')).toHaveLength(2)
    const all = jsonOf((await admin('audit', '--all', '--json')).stdout) as unknown as {
      number: number
      action: string
    }[]
    const numbers = all.map(({ number }) => number)
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
    expect(all.at(-1)?.action, 'the first of all').toBe('create identity')
    const created = jsonOf((await admin('audit', '--all', '--json', '--action', 'reset password')).stdout)
    expect(created.every(({ action }) => action === 'reset password')).toBe(true)
  })
})

describe('what says who calls', () => {
  it('is in the way of no command that is not a client', async () => {
    const credentials = { BROKER_USER: 'ada', BROKER_PASSWORD: 'x', BROKER_TOKEN: 'x' }
    expect(await as(credentials, 'config', 'check')).toMatchObject({ exitCode: EXIT.ok })
  })
})

describe('broker share', () => {
  it('shows what is one’s own to groups, and to nobody any more', async () => {
    const dan = await setting.user('dan')
    const fay = await setting.user('fay', { groups: ['radio'] })
    const uuid = await dan.run(containerRequest())
    const DAN = { BROKER_USER: 'dan', BROKER_PASSWORD: passwordOf('dan') }
    expect((await as(DAN, 'share', uuid)).stderr).toBe('It is shown to nobody else.\n')
    expect(await as(DAN, 'share', uuid, 'radio', 'survey')).toMatchObject({
      exitCode: EXIT.ok,
      stdout: 'radio\nsurvey\n',
    })
    expect((await fay.get(`/executions/${uuid}`)).status).toBe(200)
    expect((await as(DAN, 'share', uuid, 'radio', '--none')).exitCode).toBe(EXIT.usage)
    expect((await as(DAN, 'share', uuid, '--none')).exitCode).toBe(EXIT.ok)
    expect((await fay.get(`/executions/${uuid}`)).status).toBe(404)
  })
})
