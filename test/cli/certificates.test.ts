/** A server whose certificate this machine does not trust is no broker that is away. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { createServer as createPlainServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { runCommand } from '../support/command.ts'

let directory: string
const cleanUp: (() => unknown)[] = []
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'certificates-'))))
afterAll(() => {
  for (const undo of cleanUp.splice(0)) undo()
  rmSync(directory, { recursive: true })
})

/** Serves an empty list with a certificate of its own making for a name; gives the port and the file of the certificate. */
async function serving(name: string): Promise<{ port: number; certificate: string }> {
  const [key, certificate] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)]
  const making = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-days', '2']
  const named = ['-addext', `subjectAltName=${/^\d/.test(name) ? 'IP' : 'DNS'}:${name}`]
  execFileSync('openssl', [...making, ...named, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => {
    response.setHeader('content-type', 'application/json').end('{"executions":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => server.close())
  return { port: (server.address() as AddressInfo).port, certificate }
}

const list = (port: number, environment = {}) =>
  runCommand(['list', '--server', `https://127.0.0.1:${port}`], { directory, environment })

describe('the command line', () => {
  it('names a certificate of an unknown authority, and what lets it be trusted does so', async () => {
    const { port, certificate } = await serving('127.0.0.1')
    const { exitCode, stderr } = await list(port)
    expect([exitCode, stderr.split('\n')]).toEqual([
      EXIT.unreachable,
      [
        `The certificate of https://127.0.0.1:${port} is of an authority that this machine does not know (DEPTH_ZERO_SELF_SIGNED_CERT).`,
        'If it is that of your site, name the file with its certificate: NODE_EXTRA_CA_CERTS=/etc/ssl/site-ca.pem broker list',
        '',
      ],
    ])
    const trusted = await list(port, { NODE_EXTRA_CA_CERTS: certificate })
    expect([trusted.exitCode, trusted.stderr]).toEqual([EXIT.ok, 'There are none.\n'])
  })
  it('names a certificate for another name', async () => {
    const { port, certificate } = await serving('broker.example.org')
    const { stderr } = await list(port, { NODE_EXTRA_CA_CERTS: certificate })
    expect(stderr).toMatch(
      /^The certificate of https:\S+ is for another name\.\nWrite the name that the certificate has/,
    )
  })
  it('says that a server speaks no TLS', async () => {
    const server = createPlainServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    cleanUp.push(() => server.close())
    const { port } = server.address() as AddressInfo
    expect((await list(port)).stderr).toContain(
      `does not speak TLS.\nIf it is the broker itself, write http://127.0.0.1:${port} in --server`,
    )
  })
})
