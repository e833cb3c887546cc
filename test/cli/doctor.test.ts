/** `broker doctor` on set-ups that are broken in one place each, beside what is well. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { runCommand } from '../support/command.ts'

vi.setConfig({ testTimeout: 240_000 })

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const SIMULATED = { platforms: [{ type: 'simulated', name: 'pretended' }], listen: { port: 0 } }
const SECRET = 'the-secret-of-this-site'

/** Runs the doctor in a directory of its own; JSON is YAML too. */
async function examine(config: Record<string, unknown>) {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  cleanUp.push(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'broker.yaml'), JSON.stringify({ ...SIMULATED, ...config }))
  writeFileSync(join(directory, 'password'), SECRET)
  const { exitCode, stdout, stderr } = await runCommand(['doctor', '--config', 'broker.yaml', '--json'], { directory })
  expect(stderr).toBe('')
  expect(stdout).not.toContain(SECRET)
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding)
  for (const { state, advice } of findings) expect(state === 'ok', advice).toBe(advice === undefined)
  return { exitCode, directory, findings, bad: findings.filter(({ state }) => state !== 'ok') }
}

/** A service that answers as it is told; gives where. */
async function served(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('broker doctor', () => {
  it('finds everything well where it is, and leaves it as it was', async () => {
    const { exitCode, findings, bad, directory } = await examine({})
    expect([exitCode, bad]).toEqual([EXIT.ok, []])
    const areas = new Set(findings.map(({ area }) => area))
    expect([...areas]).toEqual([
      'configuration',
      'address',
      'data directory',
      'database',
      'platform pretended',
      'policies',
    ])
    expect(readdirSync(directory).sort()).toEqual(['broker.yaml', 'password'])
  })
  it('says it in lines for people, too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
    cleanUp.push(() => rmSync(directory, { recursive: true }))
    writeFileSync(join(directory, 'broker.yaml'), JSON.stringify(SIMULATED))
    const { exitCode, stdout } = await runCommand(['doctor', '--config', 'broker.yaml'], { directory })
    expect(exitCode).toBe(EXIT.ok)
    expect(stdout).toMatch(/^ok {7}configuration: It can be understood\.\n/)
    expect(stdout).toMatch(/\nEverything is well\.\n$/)
  })
  it('says what is wrong with the configuration, and stops there', async () => {
    const { exitCode, findings } = await examine({ listen: { prot: 1 } })
    expect(exitCode).toBe(EXIT.failed)
    expect(findings).toMatchObject([{ area: 'configuration', state: 'problem' }])
    expect(findings[0]?.found).toContain('listen.prot')
  })
  it('finds who is open to the network, a port that is taken, and a data directory that is a file', async () => {
    const other = await served((_, response) => response.writeHead(404).end())
    const port = Number(other.split(':')[1])
    const { exitCode, bad } = await examine({ listen: { host: '0.0.0.0', port }, dataDirectory: 'password' })
    expect(exitCode).toBe(EXIT.failed)
    expect(bad.map(({ area, found }) => `${area}: ${found}`)).toEqual([
      expect.stringMatching(/^configuration: Listening on 0\.0\.0\.0 would let everybody in/),
      `address: Another program listens at 0.0.0.0:${port}.`,
      expect.stringMatching(/^data directory: \/.*\/password is a file, so .* cannot be used\.$/),
    ])
  })
  it('finds a database, an engine and places on the network that do not answer', async () => {
    const gone = await served(() => undefined)
    await cleanUp.pop()?.()
    const { exitCode, bad } = await examine({
      database: { url: `postgres://broker:${SECRET}@${gone}/broker` },
      platforms: [{ type: 'docker', name: 'engine', socket: '/nowhere/docker.sock' }],
      registries: [{ host: gone, plainHttp: true, username: 'robot', passwordFile: 'password' }],
      policies: [{ type: 'opa', name: 'rules', url: `http://${gone}/v1/data/x` }],
      identity: { issuers: [{ issuer: `http://${gone}/realm`, audience: ['broker'] }] },
    })
    expect(exitCode).toBe(EXIT.failed)
    expect(bad.map(({ area, state }) => `${state}: ${area}`)).toEqual([
      'problem: database',
      'problem: platform engine',
      'problem: registries',
      'problem: policies',
      'problem: identities',
    ])
    expect(bad[1]?.found).toContain('There is no container engine at /nowhere/docker.sock')
  })
  it('warns where containers would be simulated unasked, with the reason', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
    cleanUp.push(() => rmSync(directory, { recursive: true }))
    writeFileSync(join(directory, 'stale.sock'), '')
    const { stdout } = await runCommand(['doctor'], {
      directory,
      environment: { DOCKER_HOST: 'tcp://box:2375', CONTAINER_HOST: `unix://${directory}/stale.sock`, HOME: directory },
    })
    // Another engine may answer on the machine of this test; then it is used, and nothing is to be said.
    if (stdout.includes(' answers, on a machine with ')) return
    expect(stdout).toMatch(/^warning {2}platform simulated: DOCKER_HOST leads to tcp:\/\/box:2375, which is not used/m)
    expect(stdout).toMatch(/No container engine listens at \S+\/stale\.sock: start it .* containers are simulated/)
  })
  it('finds a registry that refuses, an issuer with another name, and a secret that is not there', async () => {
    const place = await served(({ url = '' }, response) => {
      if (url === '/v2/') return response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      return response.end(JSON.stringify({ issuer: 'https://somebody.example.org' }))
    })
    const { bad } = await examine({
      registries: [{ host: place, plainHttp: true, username: 'robot', passwordFile: 'password' }],
      identity: {
        issuers: [
          {
            issuer: `http://${place}`,
            audience: ['broker'],
            introspection: { clientId: 'broker', clientSecretFile: 'missing' },
          },
        ],
      },
    })
    expect(bad.map(({ area, found }) => `${area}: ${found}`)).toEqual([
      `registries: The registry ${place} refuses the name and the password of the broker.`,
      `identities: The issuer http://${place} calls itself 'https://somebody.example.org'.`,
      'identities: The file missing with a client secret cannot be read (ENOENT).',
    ])
  })
  it('warns of passwords in the clear, and finds a white list whose registry does not answer', async () => {
    const gone = await served(() => undefined)
    await cleanUp.pop()?.()
    const { bad } = await examine({
      listen: { host: '0.0.0.0', port: 0 },
      identity: {},
      policies: [{ type: 'images', name: 'site', allow: [{ registry: gone }, { registry: gone, project: 'x' }] }],
    })
    expect(bad.map(({ area, state, found }) => `${state}: ${area}: ${found}`)).toEqual([
      'warning: address: Passwords and tokens go over the network in the clear: it listens on 0.0.0.0 without TLS.',
      expect.stringMatching(`^problem: registries: The registry ${gone} does not answer at https://${gone}/v2/`),
    ])
    expect(bad[1]?.advice).toContain('resolve: false')
    const unasked = { type: 'images', name: 'site', allow: [{ registry: gone }], resolve: false }
    expect((await examine({ policies: [unasked] })).bad).toEqual([])
  })
  it.each(['mysql://db/broker', 'db.example.org:5432/broker', 'postgres', 'postgres://'])(
    'refuses the database %s, as a broker does at its start',
    async (url) => {
      const { exitCode, findings } = await examine({ database: { url } })
      expect(exitCode).toBe(EXIT.failed)
      expect(findings[0]?.found).toContain(
        'database.url is not a PostgreSQL server such as postgres://broker@127.0.0.1',
      )
    },
  )
  it('finds a policy that cannot be understood', async () => {
    const { exitCode, bad } = await examine({
      policies: [{ type: 'images', name: 'site', allow: [{ versions: 'new' }] }],
    })
    expect([exitCode, bad.map(({ area }) => area)]).toEqual([EXIT.failed, ['policies']])
  })
})
