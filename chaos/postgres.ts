/** A PostgreSQL server of a storm's own, which may be restarted in every way, with a line to it that may be cut. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { ownPostgres } from '../test/support/engines.ts'
import { freePort } from './ports.ts'

export interface PrivatePostgres {
  /** For whoever looks on: it is not cut. */
  readonly directUrl: string
  /** For the brokers: through the line. */
  readonly url: string
  /** Cuts so many per cent of the connections on the line. */
  cut(dice: () => number, percent: number): number
  /** `fast` ends every session; `immediate` is what a crash leaves. */
  restart(mode: 'fast' | 'immediate'): Promise<void>
  remove(): Promise<void>
}

/** Makes a cluster and starts it. PostgreSQL does not run as root, so there it is run by the user `postgres`. */
export async function privatePostgres(): Promise<PrivatePostgres> {
  const { address: programs, missing } = ownPostgres()
  if (!programs) throw new Error(missing)
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'))
  const data = join(directory, 'data')
  mkdirSync(data, { mode: 0o700 })
  const root = process.getuid?.() === 0
  if (root) {
    chmodSync(directory, 0o711)
    const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
    chownSync(data, id('-u'), id('-g'))
  }
  const asOwner = root ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--reset-env'] : []
  const command = (program: string, ...words: string[]) => [...asOwner, join(programs, program), ...words] as const
  const [initialise, ...words] = command('initdb', `--pgdata=${data}`, '--username=broker', '--auth=trust', '--no-sync')
  execFileSync(initialise as string, [...words, '--encoding=UTF8', '--no-locale'], { stdio: 'ignore' })
  const port = await freePort()
  const directUrl = `postgres://broker@127.0.0.1:${port}/postgres`
  let server: { child: ChildProcess; ended: Promise<unknown> } | undefined

  async function start(): Promise<void> {
    // What the system has of a file survives the end of the server, so there is nothing to wait for the disk for.
    const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300']
    const options = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
    const [program, ...rest] = command('postgres', ...options)
    const child = spawn(program as string, rest, { stdio: 'ignore' })
    server = { child, ended: once(child, 'exit') }
    while (!(await answers(directUrl))) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`)
      await wait(100)
    }
  }
  async function stop(signal: NodeJS.Signals): Promise<void> {
    server?.child.kill(signal)
    await server?.ended
    server = undefined
  }

  await start()
  const line = await openLine(port)
  return {
    directUrl,
    url: `postgres://broker@127.0.0.1:${line.port}/postgres`,
    cut: line.cut,
    restart: async (mode) => {
      await stop(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await start()
    },
    remove: async () => {
      await line.close()
      await stop('SIGINT')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    // Not yet: it is asked again.
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Hands bytes on to a port, until a connection is cut. */
async function openLine(to: number) {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    const end = () => {
      near.destroy()
      far.destroy()
      open.delete(near)
    }
    open.add(near)
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    cut: (dice: () => number, percent: number) => {
      const cut = [...open].filter(() => dice() * 100 < percent)
      for (const socket of cut) socket.destroy()
      return cut.length
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
