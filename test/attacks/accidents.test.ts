/** Errors that nobody catches. Each is a mistake of the broker, and still ends nothing but what it happened to. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api, containerRequest } from '../support/api.ts'
import { jsonOf, startCommand } from '../support/command.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

vi.setConfig({ testTimeout: 120_000 })

const directory = mkdtempSync(join(tmpdir(), 'accidents-'))
let server: DataServer
beforeAll(async () => {
  server = await startDataServer()
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

describe('a mistake that nobody catches', () => {
  it('is logged whole with the execution that caused it, which fails, and the process goes on', async () => {
    server.files.set('/packed.csv', { content: Buffer.from('1,2,3\n') })
    server.faults.set('/packed.csv', [{ gzips: true }])
    server.files.set('/plain.csv', { content: Buffer.from('1,2,3\n') })
    const broker = startCommand(['serve', '--port', '0'], {
      directory,
      environment: {
        BROKER_PLATFORMS: '[{type: simulated, name: simulated, duration: PT0.02S}]',
        BROKER_DATA_ALLOWED_NETWORKS: '["127.0.0.0/8"]',
        BROKER_DATA_CONCURRENCY: '1',
        BROKER_EXECUTION_ATTEMPTS: '2',
      },
      preload: pathToFileURL('test/support/accident.mjs').href,
    })
    const [, url = ''] = await broker.writes(/^The broker is ready at (http:\/\/127\.0\.0\.1:\d+)/m)
    const api = new Api(url)
    const run = (path: string) =>
      api.run({ ...containerRequest(), data: [{ kind: KIND.simpleData, location: `${server.url}${path}` }] })

    const struck = await run('/packed.csv')
    const failed = await api.ends(struck)
    expect(failed.phase).toBe('FAILED')
    expect(allText(failed).join('\n')).toContain('the broker made a mistake, which its log describes')
    // The only place for a transfer is free again.
    expect((await api.ends(await run('/plain.csv'))).phase).toBe('COMPLETED')

    broker.process.kill('SIGTERM')
    const { exitCode, stderr } = await broker.ends()
    expect(exitCode).toBe(0)
    const accidents = jsonOf(stderr).filter(({ origin }) => origin === 'uncaughtException')
    expect(accidents).toHaveLength(2)
    for (const accident of accidents)
      expect(accident).toMatchObject({
        executionId: struck,
        component: 'data',
        err: {
          message: 'a mistake in the midst of a stream',
          stack: expect.stringContaining('accident.mjs') as string,
        },
      })
  })
})
