/** The registries of the configuration, with their secrets: for the policies that ask them, and for the platforms that pull from them. */
import type { Config } from './config-schema.ts'
import { registryAt, type KnownRegistry, type RegistryLogin } from './registries/known-registry.ts'
import { secretIn } from './secrets.ts'

/** Reads the secrets. Throws UNPROCESSABLE, with a sentence for the operator, for one that cannot be read. */
export function knownRegistries({ registries }: Pick<Config, 'registries'>): KnownRegistry[] {
  return registries.map(({ host, plainHttp, username, passwordFile }) => {
    if (username === undefined || passwordFile === undefined) return { host, plainHttp }
    return { host, plainHttp, credentials: { username, password: secretIn(passwordFile, `the password for ${host}`) } }
  })
}

/** What registries are shown when images are pulled from them; it can be changed while platforms are open. */
export class RegistryLogins {
  #registries: readonly KnownRegistry[]

  constructor(registries: readonly KnownRegistry[]) {
    this.#registries = registries
  }

  /** For exactly this host and port. */
  readonly at = (host: string): RegistryLogin | undefined => registryAt(this.#registries, host)?.credentials

  change(registries: readonly KnownRegistry[]): void {
    this.#registries = registries
  }
}
