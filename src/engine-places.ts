/** Places on this machine at which a Docker Engine or a Podman service may answer, as the programs `docker` and `podman` look for one. */
import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from './domain/error-code.ts'

/** The engines that this machine may have. */
export interface EnginePlaces {
  /** Paths of sockets, in the order in which they are tried. */
  readonly sockets: readonly string[]
  /** Sentences about places that were named and are not used. */
  readonly refused: readonly string[]
}

/** No place, for when no engine is wanted. */
export const NO_ENGINES: EnginePlaces = { sockets: [], refused: [] }

type Environment = Readonly<Record<string, string | undefined>>

/** A place that somebody has named: the address, and where it says so. */
interface Named {
  readonly address: string
  readonly by: string
}

/** The places for the user of this process. */
export function enginePlaces(environment: Environment): EnginePlaces {
  const home = environment.HOME || '/'
  const refused: string[] = []
  const named = [...namedIn(environment), ...contextOf(environment, home, refused)]
  const sockets = named.flatMap((one) => {
    if (one.address.startsWith('unix://')) return [one.address.slice('unix://'.length)]
    refused.push(whyNotUsed(one))
    return []
  })
  return { sockets: [...new Set([...sockets, ...usual(environment, home)])], refused }
}

/** The first of the sockets that this user may open; the first of all when there is none, which is then said to be away. */
export function likeliest({ sockets }: EnginePlaces): string | undefined {
  return sockets.find(mayBeOpened) ?? sockets[0]
}

function mayBeOpened(socket: string): boolean {
  try {
    accessSync(socket, constants.R_OK | constants.W_OK)
    return true
  } catch {
    // Why it cannot be opened is said when it is asked.
    return false
  }
}

function namedIn({ DOCKER_HOST, CONTAINER_HOST }: Environment): Named[] {
  return Object.entries({ DOCKER_HOST, CONTAINER_HOST }).flatMap(([by, address]) => (address ? [{ address, by }] : []))
}

function usual({ XDG_RUNTIME_DIR }: Environment, home: string): string[] {
  const own = XDG_RUNTIME_DIR || `/run/user/${process.getuid?.() ?? 0}`
  return [
    '/var/run/docker.sock',
    `${own}/docker.sock`,
    '/run/podman/podman.sock',
    `${own}/podman/podman.sock`,
    ...['.docker/run', '.docker/desktop', '.colima/default', '.config/colima/default'].map((path) =>
      join(home, path, 'docker.sock'),
    ),
  ]
}

/** The engine of the context that `docker context use` has chosen; DOCKER_HOST overrides it, as with `docker`. */
function contextOf(environment: Environment, home: string, refused: string[]): Named[] {
  if (environment.DOCKER_HOST) return []
  const directory = environment.DOCKER_CONFIG || join(home, '.docker')
  try {
    const name = environment.DOCKER_CONTEXT || textAt(readJson(join(directory, 'config.json')), 'currentContext')
    if (name === undefined || name === 'default') return []
    const place = createHash('sha256').update(name).digest('hex')
    const meta = readJson(join(directory, 'contexts', 'meta', place, 'meta.json'))
    const address = textAt(meta, 'Endpoints', 'docker', 'Host')
    const by = `the Docker context '${name}'`
    if (address !== undefined) return [{ address, by }]
    refused.push(`${sentenceCase(by)} is not known: choose another with docker context use, such as 'default'.`)
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    refused.push(error.message)
  }
  return []
}

class UnreadableFile extends Error {}

/** The JSON of a file; undefined when there is none. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    const advice = 'mend it, or name the socket with DOCKER_HOST=unix:///run/user/1000/docker.sock'
    throw new UnreadableFile(`${file}, where Docker keeps its context, cannot be read: ${advice}.`, { cause })
  }
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let here = value
  for (const key of path)
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[key] : undefined
  return typeof here === 'string' && here !== '' ? here : undefined
}

/** The reason for which an engine elsewhere is not used by itself, with the way to use it. */
function whyNotUsed({ address, by }: Named): string {
  const begin = `${sentenceCase(by)} leads to ${address}, which is not used`
  const forward = 'ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock engine.example.org'
  if (/^(tcp|https?|ssh|fd):/.test(address))
    return `${begin}: the broker speaks to engines through sockets of its machine only. Forward the socket (${forward}) and set DOCKER_HOST=unix:///tmp/engine.sock.`
  return `${begin}: write the path of a socket, such as unix:///var/run/docker.sock.`
}

const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
