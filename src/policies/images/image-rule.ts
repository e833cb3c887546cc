/**
 * One rule about images. Names are compared by their parts, each as a whole: what a host or a project begins with says
 * nothing about whose it is. Pure.
 */
import { BrokerError } from '../../domain/errors.ts'
import { isDigest, repositoryParts, type ImageReference } from '../../domain/image-reference.ts'
import { pattern, type Matches } from '../pattern.ts'
import { versionRange } from './version-range.ts'

/** A rule as it is configured. What is left out may be anything. */
export interface ImageRuleConfig {
  readonly registry?: string | undefined
  readonly project?: string | undefined
  readonly repository?: string | undefined
  readonly tag?: string | undefined
  readonly versions?: string | undefined
  readonly digest?: string | undefined
}

/** A rule that can be asked. */
export interface ImageRule {
  /** Whether the repository of a reference is one of those that the rule is about. */
  coversRepository(reference: ImageReference): boolean
  /** Whether the rule says something about tags; a digest alone does not tell which tag it had. */
  readonly aboutTags: boolean
  coversTag(tag: string): boolean
  /** The digest that the image has to have; undefined when any will do. */
  readonly digest: string | undefined
}

/** Reads a rule. Throws UNPROCESSABLE, with the place of the key, for one that cannot be understood. */
export function imageRule(config: ImageRuleConfig, place: string): ImageRule {
  const { registry, project, repository, tag, versions, digest } = config
  if (digest !== undefined && !isDigest(digest))
    throw unusable(`${place}.digest is not a whole digest such as sha256:… with 64 digits`)
  if (registry !== undefined && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?$/.test(registry))
    throw unusable(`${place}.registry is not a host such as registry.example.org or registry.example.org:5000`)
  const range = versions === undefined ? undefined : versionRange(versions)
  if (versions !== undefined && !range) throw unusable(`${place}.versions is not a range such as '>=1.20 <2'`)
  const host = registry === undefined ? undefined : canonicalRegistry(registry)
  const inProject = matcher(project)
  const inRepository = matcher(repository)
  const tagged = matcher(tag)
  return {
    coversRepository: (reference) => {
      const parts = repositoryParts(reference)
      return (host === undefined || host === parts.registry) && inProject(parts.project) && inRepository(parts.name)
    },
    aboutTags: tag !== undefined || versions !== undefined,
    coversTag: (found) => tagged(found) && (range === undefined || range(found)),
    digest,
  }
}

/** The host as references have it. */
function canonicalRegistry(registry: string): string {
  const host = registry.toLowerCase()
  return host === 'index.docker.io' ? 'docker.io' : host
}

const matcher = (text: string | undefined): Matches => (text === undefined ? () => true : pattern(text))

function unusable(reason: string): BrokerError {
  return new BrokerError('UNPROCESSABLE', `The policies are not right: ${reason}.`)
}
