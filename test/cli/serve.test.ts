/** The broker as a person starts it, and the first errors that a stranger meets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { containerRequest } from '../support/api.ts'
import { jsonOf, runCommand, startCommand, type CommandOptions } from '../support/command.ts'

vi.setConfig({ testTimeout: 120_000 })

const directory = mkdtempSync(join(tmpdir(), 'serve-'))
afterAll(() => rmSync(directory, { recursive: true }))

const simulated = { BROKER_PLATFORMS: '[{type: simulated, name: simulated, duration: PT0.02S}]' }
const options = (environment: Record<string, string> = {}): CommandOptions => ({
  directory,
  environment: { ...simulated, ...environment },
})
const serve = (...args: string[]) => startCommand(['serve', '--port', '0', ...args], options())

describe('broker serve', () => {
  it('says where it is and serves until SIGTERM', async () => {
    const broker = serve()
    const [, url = ''] = await broker.writes(/^The broker is ready at (http:\/\/127\.0\.0\.1:\d+); Ctrl-C stops it\.$/m)
    const request = JSON.stringify(containerRequest({ command: ['echo', 'served'] }))
    const ran = await runCommand(['run', '-', '--server', url], { input: request })
    expect(ran).toMatchObject({ exitCode: EXIT.ok, stdout: 'served\n' })

    const port = await runCommand(['serve', '--port', new URL(url).port, '--data-directory', 'other'], options())
    expect(port).toMatchObject({ exitCode: EXIT.failed, stdout: '' })
    expect(port.stderr).toMatch(
      /^The port \d+ on 127\.0\.0\.1 is taken; choose another with --port, or 0 for a free one\.$/m,
    )
    expect(port.stderr).not.toContain('EADDRINUSE')

    const inUse = await runCommand(['serve', '--port', '0', '--json'], options())
    expect(inUse.exitCode).toBe(EXIT.failed)
    expect(jsonOf(inUse.stderr)).toEqual([
      {
        type: 'error',
        exitCode: EXIT.failed,
        message: `The data directory ${directory}/broker-data is in use by another broker; stop that one, or choose another with --data-directory or BROKER_DATA_DIRECTORY.`,
      },
    ])

    broker.process.kill('SIGTERM')
    const { exitCode, stdout } = await broker.ends()
    expect(exitCode).toBe(EXIT.ok)
    expect(stdout).toContain('everybody on this machine is the local user')
  })
  it('reads its configuration again on SIGHUP, and goes on as before when that is wrong', async () => {
    const file = join(directory, 'reloaded.yaml')
    const write = (cores: string) =>
      writeFileSync(
        file,
        `platforms: [{ type: simulated, name: simulated, pools: [{ name: default, cores: ${cores} }] }]\n`,
      )
    write('2')
    const environment = { BROKER_CONFIG: file, BROKER_LOG_LEVEL: 'info' }
    const broker = startCommand(['serve', '--port', '0', '--data-directory', 'reloaded'], { directory, environment })
    const [, url = ''] = await broker.writes(/^The broker is ready at (http:\/\/127\.0\.0\.1:\d+)/m)
    const cores = async () => {
      const { pools } = (await (await fetch(`${url}/admin/pools`)).json()) as {
        pools: { capacity: { cores: number } }[]
      }
      return pools.map(({ capacity }) => capacity.cores)
    }
    write('7')
    broker.process.kill('SIGHUP')
    await broker.writes(/The configuration was read again; in effect: platforms\.0\.pools\./)
    expect(await cores()).toEqual([7])
    write('many')
    broker.process.kill('SIGHUP')
    await broker.writes(
      /could not be taken over: The configuration is not right: platforms\.0\.pools\.0\.cores must be a whole number/,
    )
    expect(await cores()).toEqual([7])
    broker.process.kill('SIGTERM')
    expect((await broker.ends()).exitCode).toBe(EXIT.ok)
  })
  it('says that it is not ready before it ends, and answers meanwhile until the delay is over or it is told again', async () => {
    const started = (name: string, settings: Record<string, string>) =>
      startCommand(['serve', '--port', '0', '--data-directory', name], options(settings))
    const patient = started('patient', { BROKER_SHUTDOWN_READINESS_DELAY: 'PT1H', BROKER_SHUTDOWN_GRACE_TIME: 'PT2H' })
    const [, url = ''] = await patient.writes(/^The broker is ready at (http:\/\/127\.0\.0\.1:\d+)/m)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    patient.process.kill('SIGTERM')
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(503)
    expect(await (await fetch(`${url}/availability`)).text()).toMatch(/available>false<[\s\S]*The broker is stopping\./)
    const request = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(containerRequest()),
    }
    const answer = await fetch(`${url}/offersets`, { ...request, redirect: 'manual' })
    expect([answer.status, answer.headers.get('connection')]).toEqual([303, 'close'])
    patient.process.kill('SIGTERM')
    expect((await patient.ends()).exitCode).toBe(EXIT.ok)

    const brief = started('brief', { BROKER_SHUTDOWN_READINESS_DELAY: 'PT0.01S' })
    await brief.writes(/is ready at/)
    brief.process.kill('SIGTERM')
    expect((await brief.ends()).exitCode).toBe(EXIT.ok)
  })
  it('does not let somebody at a keyboard wait, and is done within its grace time', async () => {
    const settings = {
      BROKER_SHUTDOWN_READINESS_DELAY: 'PT1H',
      BROKER_SHUTDOWN_GRACE_TIME: 'PT2H',
      BROKER_LOG_LEVEL: 'error',
    }
    const typed = startCommand(['serve', '--port', '0', '--data-directory', 'typed'], options(settings))
    await typed.writes(/is ready at/)
    typed.process.kill('SIGINT')
    expect((await typed.ends()).exitCode).toBe(EXIT.ok)

    const short = { ...settings, BROKER_SHUTDOWN_GRACE_TIME: 'PT0.1S' }
    const late = startCommand(['serve', '--port', '0', '--data-directory', 'late'], options(short))
    await late.writes(/is ready at/)
    late.process.kill('SIGTERM')
    const { exitCode, stderr } = await late.ends()
    expect([exitCode, stderr]).toEqual([EXIT.failed, expect.stringContaining('was not done within PT0.1S')])
  })
  it('says in JSON that it is ready', async () => {
    const broker = serve('--json', '--data-directory', 'json')
    const [line] = await broker.writes(/^\{.*"type":"ready".*\}$/m)
    expect(JSON.parse(line)).toMatchObject({ pid: broker.process.pid, url: expect.stringMatching(/^http:/) as string })
    broker.process.kill('SIGINT')
    expect((await broker.ends()).exitCode).toBe(EXIT.ok)
  })
})

describe('the first error', () => {
  it.each<{ when: string; environment: Record<string, string>; says: string }>([
    {
      when: 'the database server is away',
      environment: { BROKER_DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/broker' },
      says: 'The database server at 127.0.0.1:1 does not answer; start it, or check database.url (BROKER_DATABASE_URL).',
    },
    {
      when: 'the data directory cannot be one',
      environment: { BROKER_DATA_DIRECTORY: '/dev/null' },
      says: 'The data directory /dev/null cannot be used, because it is a file; choose another with --data-directory or BROKER_DATA_DIRECTORY.',
    },
    {
      when: 'the data directory is where none can be made',
      environment: { BROKER_DATA_DIRECTORY: '/proc/no/broker' },
      says: 'The data directory /proc/no/broker cannot be used, because nothing can be made there; choose another with --data-directory or BROKER_DATA_DIRECTORY.',
    },
    {
      when: 'the address lets everybody in',
      environment: { BROKER_LISTEN_HOST: '0.0.0.0' },
      says: 'Listening on 0.0.0.0 would let everybody in, because no identities are configured; configure some (identity: {} in broker.yaml is enough to begin with) or listen on 127.0.0.1.',
    },
    {
      when: 'there are several roles and no server',
      environment: { BROKER_ROLE: 'worker' },
      says: 'The role worker is for one of several processes, and the database in the data directory has room for one only; set database.url (BROKER_DATABASE_URL), or leave the role out.',
    },
    {
      when: 'a variable is misspelt',
      environment: { BROKER_LISTEN_PROT: '80' },
      says: 'The configuration is not right: BROKER_LISTEN_PROT is not a variable of the broker.',
    },
  ])('is one sentence with the next step when $when', async ({ environment, says }) => {
    const outcome = await runCommand(['serve', '--port', '0'], options(environment))
    expect(outcome).toEqual({ exitCode: EXIT.failed, stdout: '', stderr: `${says}\n` })
  })
  it('is one sentence when Node is too old', async () => {
    const preload = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})`
    const { exitCode, stderr } = await runCommand(['list'], { preload })
    expect(exitCode).toBe(EXIT.usage)
    expect(stderr).toBe(
      'The broker needs Node 20.19 or later, and this is 18.20.4; install a newer one from https://nodejs.org.\n',
    )
  })
})

describe('broker config', () => {
  it('says whether it is right', async () => {
    writeFileSync(join(directory, 'right.yaml'), 'listen: { port: 9000 }\n')
    expect(await runCommand(['config', 'check', '--config', 'right.yaml'], { directory })).toMatchObject({
      exitCode: EXIT.ok,
      stdout: 'The configuration is right.\n',
    })
    writeFileSync(join(directory, 'comments.yaml'), '# listen: { port: 9000 }\n')
    expect((await runCommand(['config', 'check', '--config', 'comments.yaml'], { directory })).exitCode).toBe(EXIT.ok)
    writeFileSync(join(directory, 'wrong.yaml'), 'listen: { port: many }\n')
    const wrong = await runCommand(['config', 'check', '--config', 'wrong.yaml', '--json'], { directory })
    expect(wrong.exitCode).toBe(EXIT.failed)
    expect(jsonOf(wrong.stderr)).toEqual([
      {
        type: 'error',
        exitCode: EXIT.failed,
        message: 'The configuration is not right: listen.port must be a whole number, such as 8082.',
      },
    ])
  })
  it('prints every value with where it came from, and no password', async () => {
    const environment = { BROKER_DATABASE_URL: 'postgres://me:secret@db.example.org/broker' }
    const { stdout } = await runCommand(['config', 'print', '--config', 'right.yaml'], { directory, environment })
    expect(stdout).toMatch(/^listen\.port = 9000 {2}\(the file right\.yaml\)$/m)
    expect(stdout).toMatch(/^listen\.host = "127\.0\.0\.1" {2}\(default\)$/m)
    expect(stdout).toMatch(
      /^database\.url = "postgres:\/\/me:\*\*\*@.*\(the environment variable BROKER_DATABASE_URL\)$/m,
    )
    const json = await runCommand(['config', 'print', '--json'], { directory, environment })
    expect(jsonOf(json.stdout)).toContainEqual({ path: 'listen.port', value: 8082, origin: 'default' })
    expect(stdout + json.stdout).not.toContain('secret')
  })
})
