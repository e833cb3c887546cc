/** What the README tells a newcomer to type does what it says. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasCurl } from './support/programs.ts'
import { testBroker, type TestBroker } from './support/broker.ts'

const run = promisify(execFile)
const readme = readFileSync('README.md', 'utf8')

/** The commands of the block that is marked with a title, as they would be typed against another broker. */
function commands(title: string, url: string): string {
  const block = new RegExp(`<!-- run: ${title} -->\\s*\`\`\`sh\\n(.*?)\`\`\``, 's').exec(readme)?.[1]
  if (!block) throw new Error(`the README has no commands '${title}'`)
  const broker = `node --import tsx '${resolve('src/broker.ts')}'`
  return block.replaceAll('http://127.0.0.1:8082', url).replaceAll('npx broker', broker)
}

describe('the README', () => {
  let broker: TestBroker
  let directory: string
  beforeAll(async () => {
    broker = await testBroker()
    directory = mkdtempSync(join(tmpdir(), 'readme-'))
    for (const name of ['examples', 'node_modules', 'package.json']) symlinkSync(resolve(name), join(directory, name))
  })
  afterAll(async () => {
    await broker.close()
    rmSync(directory, { recursive: true })
  })

  /** Types the blocks one after the other into one shell. */
  async function typed(...titles: string[]): Promise<string> {
    const script = ['set -eu -o pipefail', ...titles.map((title) => commands(title, broker.url))].join('\n')
    const { stdout } = await run('bash', ['-c', script], {
      cwd: directory,
      env: { ...process.env, BROKER_URL: broker.url },
    })
    return stdout
  }

  it.skipIf(!hasCurl)(
    'accepts an offer with curl and reads what the program wrote (skipped where there is none)',
    async () => {
      const said = await typed('ask', 'accept', 'follow')
      expect(said).toMatch(/^result: 'YES'$/m)
      expect(said).toContain('"phase":"ACCEPTED"')
      expect(said).toContain('"phase":"COMPLETED"')
    },
  )
  it('does the same with the command line', async () => {
    expect(await typed('command line')).not.toBe('')
  })
  it('names files that are there', () => {
    const linked = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path as string)
    expect(linked.length).toBeGreaterThan(5)
    for (const path of linked) expect(() => readFileSync(resolve(path))).not.toThrow(/ENOENT/)
  })
})
