/** The engines that some suites need. Each is named by an environment variable, or found where it usually is. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'

export interface Engine {
  readonly name: string
  /** The environment variable that says how it is reached; empty for "do without". Undefined where nothing is to say. */
  readonly variable: string | undefined
  /** What is skipped without it. */
  readonly suites: string
  /** How it is reached; undefined when it is missing. */
  readonly address: string | undefined
  /** Why it is missing, as a clause. */
  readonly missing: string | undefined
}

/** What images for tests are made of; undefined when there is none. Debian's package busybox-static has one. */
export const busyboxProgram = ['/usr/bin/busybox', '/bin/busybox'].find((path) => existsSync(path))

/** Debian's `docker-registry`, or the program of the `registry` image; undefined when there is none. */
export const registryProgram = ['/usr/bin/docker-registry', '/usr/bin/registry', '/usr/local/bin/registry'].find(
  (path) => existsSync(path),
)

/** A PostgreSQL server that tests may make databases in. */
export function postgresServer(): Engine {
  const variable = 'BROKER_TEST_DATABASE_URL'
  const address = process.env[variable] || undefined
  const missing = address ? undefined : `${variable} is not set`
  return { name: 'PostgreSQL server', variable, suites: 'the suites on a PostgreSQL server', address, missing }
}

/** The socket of a Docker Engine. */
export const dockerEngine = () => socketEngine('Docker Engine', 'BROKER_TEST_DOCKER', ['/var/run/docker.sock'])

/** The socket of a Podman service. */
export const podmanEngine = () =>
  socketEngine('Podman', 'BROKER_TEST_PODMAN', [
    '/run/podman/podman.sock',
    `/run/user/${process.getuid?.()}/podman/podman.sock`,
  ])

/** A program that tests start as a registry of their own. */
export function imageRegistry(): Engine {
  const missing = registryProgram ? undefined : "there is no registry program, such as Debian's docker-registry"
  return {
    name: 'image registry',
    variable: undefined,
    suites: 'the suites that pull images',
    address: registryProgram,
    missing,
  }
}

/** The browser that pages are looked at with. */
export function chromiumBrowser(): Engine {
  const address = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  )
  const missing = address ? undefined : "there is no Chromium, such as Debian's chromium"
  return { name: 'Chromium', variable: undefined, suites: 'the pages in a browser', address, missing }
}

/** A Docker Engine that tests start as their own, because they stop it and fill its disk. */
export function ownDocker(): Engine {
  // What it starts itself is looked for on the PATH too.
  const directories = (process.env.PATH ?? '').split(delimiter)
  const program = directories.map((directory) => join(directory, 'dockerd')).find((path) => existsSync(path))
  const root = process.getuid?.() === 0
  const missing = !program ? 'there is no program dockerd on the PATH' : root ? undefined : 'only root may start one'
  return {
    name: 'Docker Engine to be stopped',
    variable: undefined,
    suites: 'the suites that stop an engine',
    address: missing ? undefined : program,
    missing,
  }
}

/** A PostgreSQL server that tests start as their own, because they restart it. Its address is where its programs are. */
export function ownPostgres(): Engine {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const address = versions.map((version) => `${root}/${version}/bin`).find((path) => existsSync(`${path}/initdb`))
  const missing = address ? undefined : `there is no PostgreSQL under ${root}`
  return {
    name: 'PostgreSQL server to be restarted',
    variable: undefined,
    suites: 'the storms',
    address,
    missing,
  }
}

/** All of them. */
const engines = (): readonly Engine[] => [
  postgresServer(),
  dockerEngine(),
  podmanEngine(),
  imageRegistry(),
  chromiumBrowser(),
  ownDocker(),
  ownPostgres(),
]

/**
 * All of them, after asking whether there is anybody at each socket. One that was left behind by an engine that ended is
 * taken out of the environment, so that its suites are skipped.
 */
export async function answeringEngines(): Promise<readonly Engine[]> {
  return Promise.all(
    engines().map(async (engine) => {
      const { address, variable } = engine
      if (!variable || !address?.startsWith('/') || (await somebodyListens(address))) return engine
      process.env[variable] = ''
      return { ...engine, address: undefined, missing: `nobody answers at ${address}` }
    }),
  )
}

function socketEngine(name: string, variable: string, usual: readonly string[]): Engine {
  const named = process.env[variable]
  const address = named ?? usual.find((path) => mayBeOpened(path))
  return { name, variable, suites: `the suites on ${name}`, ...presence() }

  function presence(): Pick<Engine, 'address' | 'missing'> {
    if (named === '') return { address: undefined, missing: `${variable} is empty` }
    if (!address)
      return {
        address: undefined,
        missing: `${variable} is not set and there is no socket that may be opened at ${usual.join(' or ')}`,
      }
    if (!busyboxProgram) return { address: undefined, missing: 'there is no busybox to make images of' }
    return { address, missing: undefined }
  }
}

function mayBeOpened(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    // Not there, or only for others: both mean that it is no engine for this user.
    return false
  }
}

async function somebodyListens(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // Whatever is wrong with the socket, there is nobody to run the suites on.
    return false
  } finally {
    socket.destroy()
  }
}
