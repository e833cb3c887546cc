/** Starts `wire-service.ts` in a process of its own and asks it how much time it takes. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WireOrder, WireWord } from './wire-service.ts'

const READY_WITHIN_MS = 60_000

export interface ServedWire {
  readonly url: string
  /** How long its process has worked so far, in milliseconds. */
  processorMs(): Promise<number>
  close(): Promise<void>
}

/** Starts a service and waits until it listens. */
export async function serveWire(order: WireOrder): Promise<ServedWire> {
  const child = fork(fileURLToPath(new URL('wire-service.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  // Whoever measures may end in the middle; the service does not outlive it.
  const endWithUs = () => child.kill('SIGTERM')
  process.once('exit', endWithUs)
  child.once('exit', () => process.off('exit', endWithUs))
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  try {
    const { url } = (await ask(child, order)) as { url: string }
    return {
      url,
      processorMs: async () => ((await ask(child, { tell: 'processor' })) as { processorMs: number }).processorMs,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function ask(child: ChildProcess, order: WireOrder): Promise<WireWord> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(READY_WITHIN_MS)])
  const answered = once(child, 'message', { signal }) as Promise<[WireWord]>
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the service of the bench ended with status ${code}`)
  })
  child.send(order)
  try {
    const [word] = await Promise.race([answered, ended])
    return word
  } finally {
    over.abort()
    await Promise.allSettled([answered, ended])
  }
}
