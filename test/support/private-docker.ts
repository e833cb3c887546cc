/** A Docker Engine of a test's own, which may be stopped, started and filled without harm to anybody. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { EngineClient } from '../../src/platforms/docker/engine-client.ts'
import { ownDocker } from './engines.ts'

/** Why there can be none; undefined when there can. */
export const privateDockerMissing = ownDocker().missing

export interface PrivateDocker {
  readonly address: string
  /** Starts it, and returns when it answers. */
  start(): Promise<void>
  /** Stops it, and returns when it has ended. May be repeated. */
  stop(): Promise<void>
  /** Stops it and leaves nothing behind. */
  remove(): Promise<void>
}

export interface PrivateDockerOptions {
  /** Its containers go on while it is away. */
  readonly liveRestore?: boolean
  /** It has a disk of only so many mebibytes. */
  readonly diskMib?: number
}

/** Makes the place of an engine and starts it there. */
export async function privateDocker({ liveRestore = false, diskMib }: PrivateDockerOptions): Promise<PrivateDocker> {
  const directory = mkdtempSync(join(tmpdir(), 'dockerd-'))
  const inside = (name: string) => join(directory, name)
  const address = inside('docker.sock')
  mkdirSync(inside('data'))
  if (diskMib) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m`, 'tmpfs', inside('data')])
  let engine: { child: ChildProcess; ended: Promise<unknown> } | undefined

  async function start(): Promise<void> {
    const options = [
      ...['--host', `unix://${address}`, '--data-root', inside('data'), '--exec-root', inside('run')],
      ...['--pidfile', inside('pid'), '--bridge', 'none', '--iptables=false', '--ip-forward=false'],
      // Where a containerd of the system runs, it is shared; nothing in it must be shared.
      ...['--containerd-namespace', 'test', '--containerd-plugins-namespace', 'test-plugins'],
      ...(liveRestore ? ['--live-restore'] : []),
    ]
    const child = spawn(ownDocker().address as string, options, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2_000)))
    engine = { child, ended: once(child, 'exit') }
    await answers(child, () => said)
  }

  async function answers(child: ChildProcess, said: () => string): Promise<void> {
    const client = new EngineClient(address)
    try {
      for (;;) {
        if (child.exitCode !== null) throw new Error(`the private engine did not start: ${said()}`)
        const there = await client.ask({ path: '/_ping', doing: 'waiting for an engine' }).catch(() => undefined)
        if (there) return
        await wait(100)
      }
    } finally {
      await client.close()
    }
  }

  async function stop(): Promise<void> {
    engine?.child.kill('SIGTERM')
    await engine?.ended
    engine = undefined
  }

  await start()
  return {
    address,
    start,
    stop,
    remove: async () => {
      await stop()
      // It leaves mounts in its own directories; nothing else is under this one.
      const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
      const under = mounts.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${directory}/`))
      for (const path of under.sort().reverse()) execFileSync('umount', ['-l', path])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
