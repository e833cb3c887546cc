/**
 * Images of a Harbor: which of its projects may be run, and what the Harbor has to say of the image. The image that it
 * speaks of is the one that is run: the offer has its digest.
 */
import { isDigest, parseReference, repositoryParts } from '../../domain/image-reference.ts'
import { judgeLocations, type FoundImage } from '../image-locations.ts'
import { pattern, type Matches } from '../pattern.ts'
import type { Policy, PolicyQuestion, Verdict } from '../policy.ts'
import { rankOf, type HarborArtifact, type HarborClient, type SEVERITIES } from './harbor-client.ts'

export interface HarborPolicyOptions {
  readonly name: string
  /** Its host as it stands in references. */
  readonly registry: string
  readonly client: Pick<HarborClient, 'artifact' | 'isPublic'>
  /** Patterns of the names of projects; undefined when any will do. */
  readonly projects: readonly string[] | undefined
  /** Whether the project has to be one that everybody may read. */
  readonly publicOnly: boolean
  /** The image has to have one of these labels; undefined when that does not matter. */
  readonly labels: readonly string[] | undefined
  /** Whether it has to be signed: only that there is a signature is looked at, not whose it is. */
  readonly signed: boolean
  /** The worst that a scan may have found; undefined when that does not matter. */
  readonly severity: (typeof SEVERITIES)[number] | undefined
}

export class HarborPolicy implements Policy {
  readonly name: string
  readonly #options: HarborPolicyOptions
  readonly #projects: readonly Matches[]

  constructor(options: HarborPolicyOptions) {
    this.name = options.name
    this.#options = options
    this.#projects = (options.projects ?? ['*']).map(pattern)
  }

  evaluate(question: PolicyQuestion, signal: AbortSignal): Promise<Verdict> {
    return judgeLocations(this.name, question, (location, wanted) => this.#look(location, wanted, signal))
  }

  async #look(location: string, wanted: string | undefined, signal: AbortSignal): Promise<FoundImage> {
    const { registry, client, publicOnly } = this.#options
    const reference = parseReference(location)
    if (!reference) return { reason: 'it is not a reference to an image' }
    const digest = wanted ?? reference.digest
    if (digest !== undefined && (!isDigest(digest) || (reference.digest ?? digest) !== digest))
      return { reason: 'its digest is not the one of the request' }
    const parts = repositoryParts(reference)
    if (parts.registry !== registry.toLowerCase()) return { reason: `it is not at ${registry}` }
    const { project, name } = parts
    if (!this.#projects.some((matches) => matches(project))) return { reason: `its project is not allowed` }
    if (publicOnly && !(await client.isPublic(project, signal))) return { reason: 'its project is not public' }
    // Engines look at the digest alone where there is one.
    const artifact = await client.artifact(project, name, digest ?? reference.tag ?? 'latest', signal)
    if (!artifact) return { reason: `${registry} has no such image that it shows to this broker` }
    const reason = this.#reasonAgainst(artifact)
    return reason === undefined ? { digest: artifact.digest } : { reason }
  }

  /** What speaks against an artifact, by what the Harbor says of it. */
  #reasonAgainst({ labels, accessories, severity: found }: HarborArtifact): string | undefined {
    const { labels: wanted, signed, severity } = this.#options
    if (wanted && !wanted.some((label) => labels.includes(label)))
      return `it has none of the labels ${wanted.join(', ')} there`
    if (signed && !accessories.some((type) => type.startsWith('signature.'))) return 'it is not signed there'
    if (severity === undefined) return undefined
    if (found === undefined) return 'it has not been scanned there'
    return rankOf(found) > rankOf(severity) ? `a scan found it to be worse than ${severity}: ${found}` : undefined
  }
}
