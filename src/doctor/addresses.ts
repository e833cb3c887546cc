/** Whether the broker can listen where it should, or does so already. */
import { createServer } from 'node:net'
import { about, type Finding } from './finding.ts'
import { codeOf } from '../domain/error-code.ts'

const { ok, warning, problem } = about('address')
const PATIENCE_MS = 5_000

/** Looks at the address to listen on: that this machine has it, and who answers there. */
export async function examineAddress({ host, port }: { host: string; port: number }): Promise<Finding> {
  const place = `${host}:${port}`
  if (!(await isOurs(host)))
    return problem(`This machine has no address ${host}.`, 'Choose another with listen.host (BROKER_LISTEN_HOST).')
  if (port === 0) return ok(`It will take a free port on ${host}.`)
  const answer = await whoAnswers(host, port)
  if (answer === 'nobody') return ok(`${place} is free.`)
  if (answer === 'a broker') return ok(`A broker answers at ${place}.`)
  return problem(
    `Another program listens at ${place}.`,
    'Stop it, or choose another port with listen.port (BROKER_LISTEN_PORT).',
  )
}

/** Looks at how clients are told to reach the broker. */
export function examinePublicUrl(publicUrl: string | undefined): Finding[] {
  if (publicUrl === undefined) return []
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
    return [ok(`Links in answers begin with ${publicUrl}.`)]
  const advice = 'Put a front end with TLS before the broker, and let publicUrl begin with https.'
  return [
    warning(`publicUrl begins with ${protocol}, so passwords and tokens go over the network in the clear.`, advice),
  ]
}

/** Looks at whether passwords and tokens can be read on their way: with identities, on an address of the network. */
export function examineSecrecy(
  { host, trustedProxies }: { host: string; trustedProxies: readonly string[] },
  publicUrl: string | undefined,
  hasIdentities: boolean,
): Finding[] {
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host)
  // What is said of an address in the clear is said by `examinePublicUrl`.
  if (!hasIdentities || isLocal || publicUrl !== undefined || trustedProxies.length > 0) return []
  return [
    warning(
      `Passwords and tokens go over the network in the clear: it listens on ${host} without TLS.`,
      'Listen on 127.0.0.1 behind a front end with TLS, and set publicUrl to its https address.',
    ),
  ]
}

/** Whether this machine has an address; a free port on it is taken for a moment, not the one of the broker. */
function isOurs(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(0, host, () => server.close(() => resolve(true)))
  })
}

async function whoAnswers(host: string, port: number): Promise<'nobody' | 'a broker' | 'somebody'> {
  const name = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host)
  try {
    const response = await fetch(`http://${name}:${port}/health/live`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    await response.body?.cancel()
    return response.ok ? 'a broker' : 'somebody'
  } catch (error) {
    return codeOf((error as Error).cause) === 'ECONNREFUSED' ? 'nobody' : 'somebody'
  }
}
