/** References to images (`registry.example/project/name:tag@sha256:…`), taken apart and spelled in one way. */

export interface ImageReference {
  /** With its registry: `docker.io/library/busybox`, `127.0.0.1:5000/proj/name`. */
  readonly repository: string
  /** `latest` when the reference has neither a tag nor a digest. */
  readonly tag?: string
  readonly digest?: string
}

const DIGEST = /^sha256:[0-9a-f]{64}$/
/** Prefixes that other programs write before a reference (skopeo, Apptainer), and that people copy from a browser. */
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i
const TAG = /^\w[\w.-]{0,127}$/
// The grammar of https://github.com/distribution/reference, without its rarer registries (IPv6).
const REGISTRY = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?$/
const PATH = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/

/** Whether a text is a whole digest; engines take the beginning of one as well. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

/** A reference as it should be written, to be shown beside one that is wrong. */
const EXAMPLE = 'registry.example/project/name:1.0'

/** The fault of a text that shall be a reference, and what to write instead; undefined for none. */
export function referenceFault(text: string): string | undefined {
  if (parseReference(text)) return undefined
  const scheme = SCHEME.exec(text)?.[0]
  if (scheme !== undefined) {
    const rest = text.slice(scheme.length)
    return `an image has no ${scheme} before it; write ${parseReference(rest) ? rest : EXAMPLE}`
  }
  if (/[\s\p{Cc}]/u.test(text)) return `an image has no spaces, such as ${EXAMPLE}`
  const [named = '', ...digests] = text.split('@')
  if (digests.length > 0 && (digests.length > 1 || !isDigest(digests[0] ?? '')))
    return `after the @ there is one digest, \`sha256:\` and 64 hexadecimal digits in lower case`
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  if (colon !== -1 && !TAG.test(named.slice(colon + 1))) {
    const name = named.slice(0, colon)
    if (colon === named.length - 1) return `there is no tag after the colon; write ${name || 'name'}:latest`
    return `a tag has at most 128 letters of ASCII, digits, '_', '.' and '-', and begins with none of the last two, such as ${EXAMPLE}`
  }
  const lower = text.toLowerCase()
  if (lower !== text && parseReference(lower))
    return `an image has upper case in its tag only; write ${lowerName(text)}`
  return `it is not the name of an image, such as busybox:1.36 or ${EXAMPLE}`
}

/** A reference whose name is in lower case. */
function lowerName(text: string): string {
  const [named = ''] = text.split('@', 1)
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const name = colon === -1 ? named : named.slice(0, colon)
  return `${name.toLowerCase()}${text.slice(name.length)}`
}

/** Takes a reference apart; undefined when the text is none. */
export function parseReference(text: string): ImageReference | undefined {
  const [named = '', digest, ...more] = text.split('@')
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const [name, tag] = colon === -1 ? [named, undefined] : [named.slice(0, colon), named.slice(colon + 1)]
  const repository = fullName(name)
  if (!repository || more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined
  if (tag !== undefined && !TAG.test(tag)) return undefined
  if (digest !== undefined) return { repository, digest, ...(tag === undefined ? {} : { tag }) }
  return { repository, tag: tag ?? 'latest' }
}

/**
 * The name with its registry. As for Docker, the first part is a registry when it has a dot, a colon or an upper-case
 * letter, or is `localhost`.
 */
function fullName(name: string): string | undefined {
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  const hasRegistry = /[.:A-Z]/.test(first) || first === 'localhost'
  const registry = hasRegistry ? first : 'docker.io'
  const rest = hasRegistry ? name.slice(slash + 1) : name
  const path =
    (registry === 'docker.io' || registry === 'index.docker.io') && !rest.includes('/') ? `library/${rest}` : rest
  if (!REGISTRY.test(registry) || !PATH.test(path)) return undefined
  return `${registry === 'index.docker.io' ? 'docker.io' : registry}/${path}`
}

/** The parts of a repository, by which a site says where images may come from. */
export interface RepositoryParts {
  /** The host, with its port where one is given; hosts are compared in lower case. */
  readonly registry: string
  /** The first part of the path: the project of a Harbor, the organisation of a Docker Hub. Empty where there is none. */
  readonly project: string
  /** The rest of the path. */
  readonly name: string
}

/** Takes the repository of a reference apart. */
export function repositoryParts({ repository }: ImageReference): RepositoryParts {
  const [registry = '', ...path] = repository.split('/')
  const [project = '', ...rest] = path
  const parts = rest.length > 0 ? { project, name: rest.join('/') } : { project: '', name: project }
  return { registry: registry.toLowerCase(), ...parts }
}

/** A reference as text, with what is known of it. */
export function referenceText({ repository, tag, digest }: ImageReference): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}
