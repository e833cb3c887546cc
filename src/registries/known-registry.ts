/** The registries that the operator names, and what the broker is called there. */

/** What a registry is shown. */
export interface RegistryLogin {
  readonly username: string
  readonly password: string
}

/** A registry that the operator names. */
export interface KnownRegistry {
  /** The host, with its port where it has one, as it stands in references. */
  readonly host: string
  /** Whether it is spoken to without encryption. */
  readonly plainHttp: boolean
  readonly credentials?: RegistryLogin | undefined
}

/** The registry at exactly this host and port; undefined when nobody has named it. */
export function registryAt(registries: readonly KnownRegistry[], host: string): KnownRegistry | undefined {
  return registries.find((one) => one.host.toLowerCase() === host.toLowerCase())
}
