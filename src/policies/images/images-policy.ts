/**
 * Which images may be run: the white list of a site, and what is excepted from it.
 *
 * A tag can be moved to another image at any time, so that with `resolve` the registry is asked which image a tag means
 * when an offer is made, and that one is run. Only registries of the white list are asked: a client cannot make the broker
 * connect to others. Without `resolve`, a digest beside a tag that a rule is about is refused, because engines look at the
 * digest alone.
 */
import { isBrokerError } from '../../domain/errors.ts'
import { isDigest, parseReference, type ImageReference } from '../../domain/image-reference.ts'
import { judgeLocations, type FoundImage } from '../image-locations.ts'
import type { Policy, PolicyQuestion, Verdict } from '../policy.ts'
import { imageRule, type ImageRule, type ImageRuleConfig } from './image-rule.ts'

/** The digest of an image, as its registry has it. Throws IMAGE_UNAVAILABLE when the registry has none or does not show it. */
export type ResolveImage = (reference: ImageReference, signal: AbortSignal) => Promise<string>

export interface ImagesPolicyOptions {
  readonly name: string
  readonly allow: readonly ImageRuleConfig[]
  readonly deny: readonly ImageRuleConfig[]
  /** Images that may run as privileged; undefined when all of the white list may. */
  readonly privileged?: readonly ImageRuleConfig[] | undefined
  /** How tags become digests; undefined when they stay tags. */
  readonly resolve: ResolveImage | undefined
}

export class ImagesPolicy implements Policy {
  readonly name: string
  readonly #allow: readonly ImageRule[]
  readonly #deny: readonly ImageRule[]
  readonly #privileged: readonly ImageRule[] | undefined
  readonly #resolve: ResolveImage | undefined

  /** Throws UNPROCESSABLE for rules that cannot be understood. */
  constructor({ name, allow, deny, privileged, resolve }: ImagesPolicyOptions) {
    this.name = name
    this.#allow = allow.map((rule, index) => imageRule(rule, `${name}.allow.${index}`))
    this.#deny = deny.map((rule, index) => imageRule(rule, `${name}.deny.${index}`))
    this.#privileged = privileged?.map((rule, index) => imageRule(rule, `${name}.privileged.${index}`))
    this.#resolve = resolve
  }

  evaluate(question: PolicyQuestion, signal: AbortSignal): Promise<Verdict> {
    return judgeLocations(this.name, question, async (location, wanted) => {
      const found = await this.#look(location, wanted, question, signal)
      return 'reason' in found ? found : this.#asPrivileged(location, found, question)
    })
  }

  /** The verdict on an image that is allowed, unless it is to be privileged and may not. */
  #asPrivileged(location: string, found: FoundImage & { digest: unknown }, { request }: PolicyQuestion): FoundImage {
    if (!request.executable.privileged || !this.#privileged) return found
    const reference = parseReference(location)
    const isCovered =
      reference !== undefined &&
      this.#privileged.some(
        (rule) =>
          rule.coversRepository(reference) &&
          (!rule.aboutTags || (reference.tag !== undefined && rule.coversTag(reference.tag))) &&
          (rule.digest === undefined || rule.digest === found.digest),
      )
    return isCovered ? found : { reason: 'it may not be run as privileged', at: '/executable/privileged' }
  }

  async #look(
    location: string,
    wanted: string | undefined,
    { moment }: PolicyQuestion,
    signal: AbortSignal,
  ): Promise<FoundImage> {
    const reference = parseReference(location)
    if (!reference) return { reason: 'it is not a reference to an image' }
    const digest = wanted ?? reference.digest
    if (digest !== undefined && (!isDigest(digest) || (reference.digest ?? digest) !== digest))
      return { reason: 'its digest is not the one of the request' }
    const rules = this.#allow.filter((rule) => rule.coversRepository(reference))
    if (rules.length === 0) return { reason: 'its repository is not on the white list' }
    // An offer has the digest that was found when it was made; its tag may have moved since, which does not matter.
    const known = moment === 'accept' && digest !== undefined ? digest : await this.#known(reference, digest, signal)
    if (typeof known === 'object') return known
    return this.#decide(rules, reference, known)
  }

  /** The digest that the registry has under the tag, or the one that was given; undefined when nobody knows. */
  async #known(
    reference: ImageReference,
    given: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined | { reason: string }> {
    const { tag } = reference
    const tagMatters = [...this.#allow, ...this.#deny, ...(this.#privileged ?? [])].some(
      (rule) => rule.aboutTags && rule.coversRepository(reference),
    )
    if (given !== undefined && (tag === undefined || !tagMatters)) return given
    if (!this.#resolve)
      return given === undefined ? undefined : { reason: 'whether its digest is the one of its tag is not known here' }
    try {
      const { repository } = reference
      const found = await this.#resolve(tag === undefined ? { repository } : { repository, tag }, signal)
      if (given === undefined || given === found) return found
      return { reason: `its tag means ${found} and not the digest of the request` }
    } catch (error) {
      if (isBrokerError(error, 'IMAGE_UNAVAILABLE')) return { reason: error.detail }
      throw error
    }
  }

  #decide(rules: readonly ImageRule[], reference: ImageReference, digest: string | undefined): FoundImage {
    const excepted = this.#deny.some(
      (rule) =>
        rule.coversRepository(reference) &&
        // What is not known could be what is meant.
        (!rule.aboutTags || reference.tag === undefined || rule.coversTag(reference.tag)) &&
        (rule.digest === undefined || digest === undefined || rule.digest === digest),
    )
    if (excepted) return { reason: 'it is excepted from the white list' }
    const tagged = rules.filter(
      (rule) => !rule.aboutTags || (reference.tag !== undefined && rule.coversTag(reference.tag)),
    )
    if (tagged.length === 0) return { reason: 'its tag is not on the white list' }
    if (tagged.some((rule) => rule.digest === undefined || rule.digest === digest)) return { digest }
    return { reason: digest === undefined ? 'its digest is not given' : 'its digest is not on the white list' }
  }
}
