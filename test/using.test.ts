/** The examples of docs/using.md, run as their reader runs them. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Schemas } from '../src/protocol/contract.ts'
import { Api } from './support/api.ts'
import { testBroker, type TestBroker } from './support/broker.ts'
import { startDataServer, type DataServer } from './support/data-server.ts'

const page = readFileSync('docs/using.md', 'utf8')

function example(title: string): string {
  const block = new RegExp(`<!-- run: ${title} -->\\s*\`\`\`\\w+\\n(.*?)\`\`\``, 's').exec(page)?.[1]
  if (!block) throw new Error(`docs/using.md has no example '${title}'`)
  return block
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    // A machine without it cannot run its example.
    return false
  }
}

let broker: TestBroker
let data: DataServer
let api: Api
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'using-'))
  data = await startDataServer()
  broker = await testBroker({
    platforms: [
      {
        type: 'simulated',
        name: 'simulated',
        duration: 'PT0.02S',
        pools: [{ name: 'default', cores: 8, memory: 16, storage: 100, prices: { currency: 'EUR', coreHour: 0.1 } }],
      },
    ],
  })
  api = new Api(broker.url)
})
afterAll(async () => {
  await broker.close()
  await data.close()
  rmSync(directory, { recursive: true })
})

it('a result is sent to where its request says', async () => {
  const request = load(
    example('result').replaceAll('https://data.example.org', data.url),
  ) as Schemas['ExecutionRequest']
  // The simulated platform runs no program: what the program would write is said in its environment.
  const uuid = await api.run(request)
  const { phase } = await api.ends(uuid)
  expect(phase, 'the simulated program leaves nothing to be saved, which is a failure that says so').toBe('FAILED')
  const { data: saved = [] } = await api.execution(uuid)
  expect(saved[0]).toMatchObject({ access: 'WRITEONLY' })
})

it('what costs more than its limit is refused with the lowest price', async () => {
  const request = load(example('costs')) as Schemas['ExecutionRequest']
  const { result, offers = [] } = await api.offers(request)
  expect([result, (offers as Schemas['Execution'][])[0]?.costs?.[0]]).toEqual([
    'YES',
    expect.objectContaining({ type: 'urn:ivoa:calycopis:cost:monetary', units: 'EUR', max: 0.1 }),
  ])
  const kind = 'https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/compute/simple-compute-resource.yaml'
  const dear = await api.offers({ ...request, compute: { kind, cores: { min: 4 } } })
  expect([dear.result, dear.meta.messages?.[0]?.message]).toEqual(['NO', expect.stringContaining('0.4 EUR')])
})

it.skipIf(!isThere('python3'))(
  'Python asks, accepts, waits, and reads what was written (skipped without it)',
  async () => {
    const file = join(directory, 'example.py')
    writeFileSync(file, example('python'))
    const { stdout } = await promisify(execFile)('python3', [file], { env: { ...process.env, BROKER_URL: broker.url } })
    expect(stdout).toBe('COMPLETED Hello from Python\n')
  },
)
