/** Making a request as small as the policies want it; what then is less than it needs is a reason to refuse. Pure. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionRequest, StorageRequest } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import { COMPUTE_RESOURCES, RESOURCE_WORDS, type Range, type Resource } from '../domain/resources.ts'
import type { Cap, ImageCap } from './policy.ts'

/** A cap with the name of the policy that wants it. */
export interface NamedCap {
  readonly policy: string
  readonly cap: Cap
}

/** What became of a request: smaller, with what is to be said of it; or the reasons why it cannot be so small. */
export interface Capped {
  readonly request: ExecutionRequest
  readonly notes: readonly Message[]
  readonly reasons: readonly Message[]
}

/** The smallest of all caps, applied. An offer that is accepted is `fixed`: it cannot be made smaller any more. */
export function applyCaps(
  request: ExecutionRequest,
  caps: readonly NamedCap[],
  { now, fixed }: { readonly now: Instant; readonly fixed: boolean },
): Capped {
  if (caps.length === 0) return { request, notes: [], reasons: [] }
  const images = withImages(request, caps, fixed, now)
  const compute = COMPUTE_RESOURCES.reduce<Capped>(
    (capped, resource) => withAmount(capped, resource, lowest(caps, resource), now),
    images,
  )
  return withStorage(compute, lowest(caps, 'storage'), now)
}

interface Lowest {
  readonly policy: string
  readonly limit: number
}

function lowest(caps: readonly NamedCap[], resource: Resource): Lowest | undefined {
  const limits = caps.flatMap(({ policy, cap }) => {
    const limit = cap.amounts?.[resource]
    return limit === undefined ? [] : [{ policy, limit }]
  })
  return limits.sort((a, b) => a.limit - b.limit)[0]
}

function withAmount(
  capped: Capped,
  resource: (typeof COMPUTE_RESOURCES)[number],
  to: Lowest | undefined,
  now: Instant,
): Capped {
  const { compute } = capped.request
  const range = compute[resource]
  if (!to || !range || range.max <= to.limit) return capped
  const [pointer, what] = [`/compute/${resource}`, RESOURCE_WORDS[resource]]
  if (range.min > to.limit) return refused(capped, `${pointer}/min`, range.min, what, to, now)
  const note = message('policy-capped', now, { pointer: `${pointer}/max`, maximum: range.max, what, limit: to.limit })
  return {
    ...capped,
    request: { ...capped.request, compute: { ...compute, [resource]: { ...range, max: to.limit } } },
    notes: [...capped.notes, note],
  }
}

/** Storage is limited in all. What is above the minima of the others is what each may have at most. */
function withStorage(capped: Capped, to: Lowest | undefined, now: Instant): Capped {
  const { storage } = capped.request
  const least = sum(storage, ({ min }) => min)
  if (!to || sum(storage, ({ max }) => max) <= to.limit) return capped
  if (least > to.limit) return refused(capped, '/storage', least, RESOURCE_WORDS.storage, to, now)
  let spare = to.limit - least
  const smaller = storage.map((one) => {
    const more = Math.min(one.size.max - one.size.min, spare)
    spare -= more
    return { ...one, size: { min: one.size.min, max: one.size.min + more } }
  })
  const maximum = sum(storage, ({ max }) => max)
  const note = message('policy-capped', now, {
    pointer: '/storage',
    maximum,
    what: RESOURCE_WORDS.storage,
    limit: to.limit,
  })
  return { ...capped, request: { ...capped.request, storage: smaller }, notes: [...capped.notes, note] }
}

const sum = (storage: readonly StorageRequest[], of: (size: Range) => number) =>
  storage.reduce((total, { size }) => total + of(size), 0)

function refused(
  capped: Capped,
  pointer: string,
  minimum: number,
  what: string,
  { policy, limit }: Lowest,
  now: Instant,
): Capped {
  const reason = message('policy-limit', now, { pointer, minimum, what, policy, limit })
  return { ...capped, reasons: [...capped.reasons, reason] }
}

/** Every policy that says where an image may come from has to agree with the others. */
function withImages(request: ExecutionRequest, caps: readonly NamedCap[], fixed: boolean, now: Instant): Capped {
  const images = caps.flatMap(({ policy, cap }) => (cap.image ? [{ policy, image: cap.image }] : []))
  if (images.length === 0) return { request, notes: [], reasons: [] }
  const { image } = request.executable
  const locations = image.locations.filter((location) =>
    images.every(({ image: { locations } }) => locations.includes(location)),
  )
  const digests = [...new Set(images.flatMap(({ image: { digest } }) => digest ?? []))]
  const [first] = image.locations
  const disagree = (reason: string): Capped => ({
    request,
    notes: [],
    reasons: [
      message('policy-image', now, {
        image: first ?? '',
        pointer: '/executable/image',
        reason,
        policy: images.map(({ policy }) => policy).join(', '),
      }),
    ],
  })
  if (locations.length === 0) return disagree('no location of it is allowed by all of the policies')
  if (digests.length > 1) return disagree('the policies found different images under its name')
  const capped = narrowed(request, { locations, ...(digests[0] ? { digest: digests[0] } : {}) }, now)
  return fixed && capped.request !== request
    ? disagree('the rules have changed since it was offered; ask for new offers')
    : capped
}

function narrowed(request: ExecutionRequest, { locations, digest }: ImageCap, now: Instant): Capped {
  const { executable } = request
  const { image } = executable
  const same = locations.length === image.locations.length && (digest ?? image.digest) === image.digest
  if (same) return { request, notes: [], reasons: [] }
  const taken = { ...image, locations, ...(digest ? { digest } : {}) }
  const shown = `${locations.join(', ')}${digest && digest !== image.digest ? ` as ${digest}` : ''}`
  return {
    request: { ...request, executable: { ...executable, image: taken } },
    notes: [message('image-narrowed', now, { image: shown })],
    reasons: [],
  }
}
