/**
 * Finding the image that a request names, in the engine or in a registry, and making sure that it is that one.
 *
 * A digest is compared whole with those under which the engine got the image from that very repository. The id that an
 * engine gives an image is no digest of a request: it says nothing of where the image came from, and everybody's have one.
 * The engine is asked to run the id afterwards, so that a tag that moves later changes nothing.
 */
import { BrokerError, isBrokerError, type ErrorCode } from '../../domain/errors.ts'
import type { ContainerImage } from '../../domain/execution-request.ts'
import type { ImageProgress } from '../platform.ts'
import type { ImageDetails } from './engine-answers.ts'
import { AnswerTooLong, EngineRefusal, jsonLines, type EngineAnswer, type EngineClient } from './engine-client.ts'
import { normalArchitecture } from './engine-facts.ts'
import { isDigest, parseReference, repositoryParts, type ImageReference } from '../../domain/image-reference.ts'
import { PullProgress } from './pull-progress.ts'
import { loginFault, loginHeader, type LoginAt } from './registry-login.ts'
import { imageDetails, pullLine } from './answer-shapes.ts'

/** An engine that pulls, and what it is to show to registries. */
export interface PullingEngine {
  readonly client: EngineClient
  readonly loginAt: LoginAt
  /** The digest that the registry has under a tag now; undefined when it does not say. */
  readonly digestOfTag: (reference: ImageReference, signal: AbortSignal) => Promise<string | undefined>
}

/** An image of the engine, found for a request. */
export interface LocalImage {
  readonly id: string
  /** A digest under which the repository of the request has it; undefined when it never came from a registry. */
  readonly digest?: string
}

/** The longest description of an image, in bytes: the engine repeats its labels wherever a container is listed. */
const DESCRIPTION_BYTES_MAX = 2 ** 18

/** Failures that another location does not help against. */
const EVERYWHERE: readonly ErrorCode[] = ['PLATFORM_UNAVAILABLE', 'NO_SPACE']

/** The image when the engine has it; undefined when it would have to be pulled. */
export async function findImage(client: EngineClient, image: ContainerImage): Promise<LocalImage | undefined> {
  for (const location of image.locations) {
    const wanted = wantedAt(location, image)
    const found = wanted && (await findLocally(client, wanted))
    if (!found || wrongPlatform(found, image) !== undefined) continue
    const [digest] = digestsIn(found, wanted)
    return { id: found.Id, ...(digest === undefined ? {} : { digest }) }
  }
  return undefined
}

/** The registry in names of images that were made at an engine. It has no address, so that nothing is pulled from it. */
const MADE_HERE = 'localhost'

/** Throws IMAGE_UNAVAILABLE for an image that the engine does not have and that no registry can have. */
export function assertPullable({ locations }: ContainerImage): void {
  const references = locations.map(parseReference)
  const isOfRegistry = references.some((one) => one === undefined || repositoryParts(one).registry !== MADE_HERE)
  if (isOfRegistry || references.length === 0) return
  throw unavailable(
    `the engine has no image ${locations.join(' or ')}, and '${MADE_HERE}' is no registry to pull it from; name the image of a registry, such as docker.io/library/busybox:1.37, or ask the operator to load it into the engine`,
  )
}

/** Makes sure that the engine has the image, and gives its id. Throws IMAGE_UNAVAILABLE with the words of the last location. */
export async function obtainImage(
  engine: PullingEngine,
  image: ContainerImage,
  progress: ImageProgress,
  signal: AbortSignal,
): Promise<string> {
  let last = new BrokerError('IMAGE_UNAVAILABLE', 'the request names no location of the image')
  for (const location of image.locations) {
    try {
      return await obtainFrom(engine, location, image, progress, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isBrokerError(error) || EVERYWHERE.includes(error.code)) throw error
      const words = error instanceof EngineRefusal ? error.words : error.detail
      last = new BrokerError('IMAGE_UNAVAILABLE', `${location}: ${inPlainWords(words, location)}`, { cause: error })
    }
  }
  throw last
}

/** The words of both engines for a server that was not reached; they give no other signal. */
const NOT_REACHED = /\bdial (tcp|udp)\b|no such host|i\/o timeout|TLS handshake timeout|network is unreachable/i

/** The words of an engine after what they mean, where it did not reach the registry. */
function inPlainWords(words: string, location: string): string {
  if (!NOT_REACHED.test(words)) return words
  const host = parseReference(location)?.repository.split('/')[0] ?? location
  return `the engine could not reach the registry ${host}; check the name in the location, such as docker.io/library/busybox:1, or ask the operator to let the engine reach it (${words})`
}

interface Wanted extends ImageReference {
  readonly digest?: string
}

async function obtainFrom(
  engine: PullingEngine,
  location: string,
  image: ContainerImage,
  progress: ImageProgress,
  signal: AbortSignal,
): Promise<string> {
  const wanted = wantedAt(location, image)
  if (!wanted) throw unavailable('it is not a reference to an image with the digest of the request')
  let found = await findLocally(engine.client, wanted)
  if (!found) {
    await pull(engine, wanted, progress, signal)
    found = await findLocally(engine.client, wanted)
    if (!found) throw unavailable(`the registry gave an image that is not ${wanted.digest ?? 'to be found afterwards'}`)
    await putTag(engine, wanted, found, signal)
  }
  const wrong = wrongPlatform(found, image)
  if (wrong) throw unavailable(wrong)
  return found.Id
}

/** What is wanted of a location: its reference, with the digest of the request. */
function wantedAt(location: string, { digest }: ContainerImage): Wanted | undefined {
  const reference = parseReference(location)
  if (digest !== undefined && !isDigest(digest)) return undefined
  if (!reference || (digest && reference.digest && digest !== reference.digest)) return undefined
  return digest ? { ...reference, digest } : reference
}

async function findLocally(client: EngineClient, wanted: Wanted): Promise<ImageDetails | undefined> {
  const { repository, tag, digest } = wanted
  const names = [...(digest ? [`${repository}@${digest}`] : []), ...(tag ? [`${repository}:${tag}`] : [])]
  for (const name of names) {
    const { status, body } = await described(client, name)
    if (status === 200 && isWanted(body, wanted)) return body
  }
  return undefined
}

/** The image of a name as the engine describes it. Throws IMAGE_UNAVAILABLE where its labels and settings are too long. */
async function described(client: EngineClient, name: string): Promise<EngineAnswer<ImageDetails>> {
  const doing = `looking for the image ${name}`
  try {
    const question = { path: `/images/${name}/json`, doing, answers: [404], bytesMax: DESCRIPTION_BYTES_MAX }
    return await client.ask(question, imageDetails)
  } catch (cause) {
    if (!(cause instanceof AnswerTooLong)) throw cause
    const detail = `the labels and settings of the image take more than ${DESCRIPTION_BYTES_MAX} bytes; use an image with shorter ones`
    throw new BrokerError('IMAGE_UNAVAILABLE', detail, { cause })
  }
}

/** Podman answers a question for `a@digest` also with an image that it has as `b@digest`, so the names are compared too. */
function isWanted(found: ImageDetails, { repository, tag, digest }: Wanted): boolean {
  if (digest !== undefined) return digestsIn(found, { repository }).includes(digest)
  return referencesIn(found.RepoTags).some((known) => known.repository === repository && known.tag === tag)
}

/** The digests under which a repository has an image, by the word of the engine that pulled it from there. */
function digestsIn({ RepoDigests }: ImageDetails, { repository }: Pick<ImageReference, 'repository'>): string[] {
  return referencesIn(RepoDigests).flatMap((known) => (known.repository === repository ? (known.digest ?? []) : []))
}

function referencesIn(names: readonly string[] | null | undefined): ImageReference[] {
  return (names ?? []).flatMap((name) => parseReference(name) ?? [])
}

/**
 * Puts the tag of the request beside an image that was pulled by its digest, which has no name otherwise, so that the
 * operator sees what runs. Only the registry can say that the tag means that image.
 */
async function putTag(
  { client, digestOfTag }: PullingEngine,
  { repository, tag, digest }: Wanted,
  { Id }: ImageDetails,
  signal: AbortSignal,
): Promise<void> {
  if (tag === undefined || digest === undefined || (await digestOfTag({ repository, tag }, signal)) !== digest) return
  const doing = 'naming the image that was pulled'
  await client.ask({ method: 'POST', path: `/images/${Id}/tag`, query: { repo: repository, tag }, doing, signal })
}

function wrongPlatform(found: ImageDetails, image: ContainerImage): string | undefined {
  const has = `${found.Os}/${normalArchitecture(found.Architecture)}`
  const wants = `${image.os}/${normalArchitecture(image.architecture)}`
  return has === wants ? undefined : `it is an image for ${has}, not for ${wants}`
}

/** Pulls it, and says plainly when its registry wanted somebody else to ask. */
async function pull(
  { client, loginAt }: PullingEngine,
  wanted: Wanted,
  progress: ImageProgress,
  signal: AbortSignal,
): Promise<void> {
  const { registry } = repositoryParts(wanted)
  const login = loginAt(registry)
  try {
    await pullWith(client, loginHeader(registry, login), wanted, progress, signal)
  } catch (error) {
    const fault = error instanceof EngineRefusal ? loginFault(error.words, registry, login) : undefined
    throw fault === undefined ? error : new BrokerError('IMAGE_UNAVAILABLE', fault, { cause: error })
  }
}

async function pullWith(
  client: EngineClient,
  headers: Readonly<Record<string, string>>,
  { repository, tag, digest }: Wanted,
  progress: ImageProgress,
  signal: AbortSignal,
): Promise<void> {
  const doing = `pulling ${repository}`
  const query = { fromImage: repository, tag: digest ?? tag ?? 'latest' }
  const question = { method: 'POST', path: '/images/create', query, headers, doing, signal } as const
  const lines = jsonLines(client.open(question), pullLine, doing)
  const seen = new PullProgress()
  let said = 'pulling'
  let refused: string | undefined
  // Docker refuses with a status or in the stream, Podman always in the stream; the last error is the one that counts.
  for await (const line of lines) {
    if (line.error !== undefined) refused = line.error
    seen.take(line)
    const words = seen.words() ?? said
    if (words !== said) progress((said = words))
  }
  if (refused !== undefined) throw new EngineRefusal(doing, 200, refused)
}

function unavailable(detail: string): BrokerError {
  return new BrokerError('IMAGE_UNAVAILABLE', detail)
}
