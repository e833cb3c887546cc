/** Every file in examples/, run as it is but for what its reader has to replace: the server of the data. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Schemas } from '../src/protocol/contract.ts'
import { Api } from './support/api.ts'
import { hasCurl } from './support/programs.ts'
import { testBroker, type TestBroker } from './support/broker.ts'
import { runCommand } from './support/command.ts'
import { startDataServer, type DataServer } from './support/data-server.ts'

vi.setConfig({ testTimeout: 120_000 })

const IMAGE = Buffer.from('SIMPLE  =                    T')
const STARS = Buffer.from('ra,dec\n83.82,-5.39\n')
const digest = (algorithm: string, content: Buffer) => createHash(algorithm).update(content).digest('hex')

/** What becomes of each example: its output and, unless it is COMPLETED with 0, its exit code. */
const EXPECTED: Readonly<Record<string, { stdout?: string; stderr?: string; exitCode?: number }>> = {
  'hello.yaml': { stdout: 'Hello from the broker\n' },
  'hello.json': { stdout: 'Hello from the broker\n' },
  'checksum.yaml': { stdout: `${digest('sha256', IMAGE)}  /data/image.fits\n` },
  'several-data.json': {
    stdout: `${digest('md5', IMAGE)}  /survey/image/image.fits\n${digest('md5', STARS)}  /survey/stars/stars.csv\n`,
  },
  'scratch.yaml': { stdout: '1000000 /scratch/numbers\n' },
  'server.yaml': { stdout: 'listening\n' },
  'cores.yaml': { stdout: 'many\n' },
  'scheduled.yaml': { stdout: 'at night\n' },
  'failing.yaml': { stderr: 'There is nothing to reduce.\n', exitCode: 3 },
}

let broker: TestBroker
let data: DataServer
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
  data = await startDataServer()
  data.files.set('/image.fits', { content: IMAGE })
  data.files.set('/stars.csv', { content: STARS })
})
afterAll(async () => {
  await broker.close()
  await data.close()
})

/** The text of an example as its reader sends it. */
function replaced(name: string): string {
  return readFileSync(join('examples', name), 'utf8').replaceAll('https://data.example.org', data.url)
}

const textOf = async (uuid: string, stream: string) => (await api.get<string>(`/streams/${uuid}/${stream}`)).body
const files = readdirSync('examples')

it('there is no example that is not run and not explained', () => {
  const requests = files.filter((name) => /\.(yaml|json)$/.test(name))
  expect(requests.sort()).toEqual(Object.keys(EXPECTED).sort())
  const explained = [...readFileSync('examples/README.md', 'utf8').matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)]
  expect(explained.map(([, name]) => name).sort()).toEqual(files.filter((name) => name !== 'README.md').sort())
})

describe.each(Object.entries(EXPECTED))('%s', (name, { stdout = '', stderr = '', exitCode = 0 }) => {
  it('is offered without a warning, and does what it says', async () => {
    const { body: set } = await api.send<Schemas['OfferSet']>('POST', '/offersets', replaced(name), {
      'Content-Type': name.endsWith('.json') ? 'application/json' : 'application/yaml',
      Prefer: 'return=representation',
    })
    expect(set.meta.messages ?? []).toEqual([])
    const uuid = set.offers?.[0]?.meta.uuid as string
    expect((await api.setPhase(uuid, 'ACCEPTED')).status).toBe(200)
    const ended = await api.ends(uuid)
    expect(ended.phase).toBe(exitCode === 0 ? 'COMPLETED' : 'FAILED')
    expect(ended.executable?.exitCode).toBe(exitCode)
    expect([await textOf(uuid, 'stdout'), await textOf(uuid, 'stderr')]).toEqual([stdout, stderr])
  })
})

describe('the program broker', () => {
  it('runs an example as the README says', async () => {
    const outcome = await runCommand(['run', 'examples/hello.yaml'], { environment: { BROKER_URL: broker.url } })
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'Hello from the broker\n' })
  })
})

describe.skipIf(!hasCurl)('with curl (skipped where there is none)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'examples-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const script = async (name: string, request: string) => {
    const file = join(directory, basename(request))
    writeFileSync(file, replaced(request))
    const environment = { PATH: process.env.PATH, BROKER_URL: broker.url }
    return (await promisify(execFile)('sh', [join('examples', name), file], { env: environment })).stdout
  }

  it('an offer is accepted', async () => {
    expect(await script('accept-with-curl.sh', 'hello.json')).toMatch(
      new RegExp(`^The first offer is ${broker.url}/executions/[0-9a-f-]{36}\nHello from the broker\n$`),
    )
  })
  it('a request is run directly', async () => {
    const said = await script('run-with-curl.sh', 'several-data.json')
    expect(said).toMatch(new RegExp(`^The execution is ${broker.url}/executions/[0-9a-f-]{36}\n`))
    expect(said).toMatch(/event: phase\ndata: \{"phase":"COMPLETED"/)
  })
})
