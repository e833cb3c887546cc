/** Attacks of a server on the people whose commands talk to it: it means harm, or stands where the broker should. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { nameFor } from '../../src/cli/fetch.ts'
import { UNKNOWN_ID } from '../support/api.ts'
import { breakingServer, httpAnswer, type BreakingServer } from '../support/breaking-server.ts'
import { jsonOf, runCommand } from '../support/command.ts'

vi.setConfig({ testTimeout: 120_000 })

const EVIL = 'x\u001b]0;title\u0007\u001b[31m\u009b1A\u007f\u202ey\u2028z'
const STEERING = /[^\P{Cc}\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/u

let server: BreakingServer
beforeAll(async () => {
  server = await breakingServer(() => '')
})
afterEach(() => server.forget())
afterAll(() => server.close())

/** Runs a command against a server that always gives this answer. */
async function run(args: readonly string[], body: string, type: string, environment: Record<string, string> = {}) {
  const headers = [`Content-Type: ${type}`, 'Connection: close', `Content-Length: ${Buffer.byteLength(body)}`]
  server.answer = () => httpAnswer(headers, body)
  return runCommand(args, { environment: { BROKER_URL: server.url, ...environment } })
}

const JSON_TYPE = 'application/json'
const PROBLEM = 'application/problem+json'
const status = ['status', UNKNOWN_ID]

describe('a server that is no broker gets one sentence', () => {
  it.each<[string, string[], string, string, number, RegExp]>([
    ['with broken JSON', status, EVIL, JSON_TYPE, EXIT.unreachable, /no broker: HTTP 200, application\/json, but/],
    ['with a broken problem', status, `{"title":${EVIL}`, PROBLEM, EXIT.unreachable, /no broker: HTTP 200/],
    ['with null', status, 'null', JSON_TYPE, EXIT.unreachable, /no broker/],
    ['with a list', ['list'], '[]', JSON_TYPE, EXIT.unreachable, /no broker/],
    ['with a problem that is null', ['list'], 'null', PROBLEM, EXIT.unreachable, /no broker/],
    [
      'with a problem of other types',
      ['list'],
      '{"title":{},"status":"x"}',
      PROBLEM,
      EXIT.unreachable,
      /none of a problem/,
    ],
    [
      'with faults of other types',
      ['list'],
      '{"title":"x","status":422,"errors":[null]}',
      PROBLEM,
      EXIT.unreachable,
      /none/,
    ],
    ['with a type of another kind', ['list'], '{}', 'text/x\u0085\u009b1A', EXIT.unreachable, /no broker/],
    [
      'with fields of other types',
      ['list'],
      JSON.stringify({ executions: [EVIL, 7] }),
      JSON_TYPE,
      EXIT.failed,
      /cannot go on/,
    ],
    ['with an execution of nothing', status, '{}', JSON_TYPE, EXIT.failed, /cannot go on/],
  ])('%s', async (_, args, body, type, exitCode, words) => {
    const outcome = await run(args, body, type)
    expect(outcome.stderr + outcome.stdout).not.toMatch(STEERING)
    expect(outcome.stderr).toMatch(words)
    expect(outcome.stderr).not.toMatch(/^\s+at /m)
    expect(outcome.exitCode).toBe(exitCode)
  })
  it('in JSON as well', async () => {
    const { stderr } = await run([...status, '--json'], EVIL, JSON_TYPE)
    expect(stderr).not.toMatch(STEERING)
    expect(jsonOf(stderr)).toMatchObject([{ type: 'error', exitCode: EXIT.unreachable }])
  })
  it('and where the fault is shows only when BROKER_DEBUG asks for it', async () => {
    const { stderr } = await run(['list'], JSON.stringify({ executions: [EVIL, 7] }), JSON_TYPE, { BROKER_DEBUG: '1' })
    expect(stderr).toMatch(/^\s+at /m)
    expect(stderr).not.toMatch(STEERING)
  })
})

describe('the name of a result that is fetched', () => {
  const named = (text: string) =>
    nameFor(new Headers({ 'Content-Disposition': `attachment; filename*=UTF-8''${text}` }))
  it.each([
    ['is no text', '%E0%A4%A', 'result'],
    ['is half a byte', '%', 'result'],
    ['is longer than names of files are', 'x'.repeat(256), 'result'],
    ['gets too long where it is shown', '%1B'.repeat(50), 'result'],
    ['is a path', '..%2F..%2F.bashrc', 'bashrc'],
    ['steers a terminal', '%1B%5D0;x%E2%80%AE', String.raw`\u001b]0`],
    ['is a usual one', 'stars%20%C3%A9.csv', 'stars é.csv'],
  ])('that %s', (_, text, name) => expect(named(text)).toBe(name))
  it('does no harm to the directory, and the file is there', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fetched-'))
    const execution = {
      ...{ phase: 'COMPLETED', meta: { uuid: UNKNOWN_ID } },
      data: [{ meta: { uuid: UNKNOWN_ID, messages: [{ kind: 'x:results-kept' }] } }],
    }
    const [document, kept] = [JSON.stringify(execution), 'data']
    server.answer = (request) => {
      const isKept = request.includes('/kept')
      const body = isKept ? kept : document
      const name = `Content-Disposition: attachment; filename*=UTF-8''%E0${'y'.repeat(300)}`
      return httpAnswer(
        [`Content-Type: ${JSON_TYPE}`, name, 'Connection: close', `Content-Length: ${body.length}`],
        body,
      )
    }
    const { exitCode } = await runCommand(['fetch', UNKNOWN_ID, '--to', directory], {
      environment: { BROKER_URL: server.url },
    })
    expect([exitCode, readdirSync(directory)]).toEqual([EXIT.ok, ['result']])
    rmSync(directory, { recursive: true })
  })
})
