/** Without identities everybody is the local user, so only this machine may reach the broker. */
import type { Config } from './config-schema.ts'
import { BrokerError } from './domain/errors.ts'

/** Throws UNPROCESSABLE, with what to do, for a configuration that would let everybody in. */
export function refuseOpenNetwork({ identity, listen: { host } }: Config): void {
  if (identity || ['127.0.0.1', '::1', 'localhost'].includes(host)) return
  throw new BrokerError(
    'UNPROCESSABLE',
    `Listening on ${host} would let everybody in, because no identities are configured; configure some (identity: {} in broker.yaml is enough to begin with) or listen on 127.0.0.1.`,
  )
}
