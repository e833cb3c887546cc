/** The engines that some suites need. Each is named by an environment variable, or found where it usually is. */
import { existsSync } from 'node:fs'

export interface Engine {
  readonly name: string
  /** What is skipped without it. */
  readonly suites: string
  /** How it is reached; undefined when it is missing. */
  readonly address: string | undefined
  /** Why it is missing. */
  readonly missing: string | undefined
}

/** A PostgreSQL server that tests may make databases in. */
export function postgresServer(): Engine {
  const address = process.env.BROKER_TEST_DATABASE_URL
  return {
    name: 'PostgreSQL server',
    suites: 'the suites on a PostgreSQL server',
    address,
    missing: address ? undefined : 'BROKER_TEST_DATABASE_URL is not set',
  }
}

/** The socket of a Docker Engine. */
export const dockerEngine = () => socketEngine('Docker Engine', 'BROKER_TEST_DOCKER', ['/var/run/docker.sock'])

/** The socket of a Podman service. */
export const podmanEngine = () =>
  socketEngine('Podman', 'BROKER_TEST_PODMAN', [
    '/run/podman/podman.sock',
    `/run/user/${process.getuid?.()}/podman/podman.sock`,
  ])

/** All of them. */
export const engines = (): readonly Engine[] => [postgresServer(), dockerEngine(), podmanEngine()]

function socketEngine(name: string, variable: string, usual: readonly string[]): Engine {
  const address = process.env[variable] ?? usual.find((path) => existsSync(path))
  return {
    name,
    suites: `the suites on ${name}`,
    address,
    missing: address ? undefined : `${variable} is not set and there is no socket at ${usual.join(' or ')}`,
  }
}
