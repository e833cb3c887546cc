/** The locations of an image in a request, judged one by one by whatever knows which of them are allowed. */
import { message, type Message } from '../domain/message.ts'
import { ALLOW, denyFor, type PolicyQuestion, type Verdict } from './policy.ts'

/** What is allowed of one location: the digest that is known of it. Or why it is not, as part of a sentence. */
export type FoundImage =
  { readonly digest: string | undefined } | { readonly reason: string; readonly at?: '/executable/privileged' }

/** Looks at one location; `wanted` is the digest that the request names beside its locations. */
export type LookAtImage = (location: string, wanted: string | undefined) => Promise<FoundImage>

/** Allows the first location that may be, with its digest; another one with the same image goes along. */
export async function judgeLocations(policy: string, question: PolicyQuestion, look: LookAtImage): Promise<Verdict> {
  const { locations, digest: wanted } = question.request.executable.image
  const reasons: Message[] = []
  const allowed: { location: string; digest: string | undefined }[] = []
  const refuse = (image: string, pointer: string, reason: string) =>
    reasons.push(message('policy-image', question.now, { image, pointer, reason, policy }))
  for (const [index, location] of locations.entries()) {
    const found = await look(location, wanted)
    if ('digest' in found) allowed.push({ location, digest: found.digest })
    else refuse(location, found.at ?? `/executable/image/locations/${index}`, found.reason)
  }
  const [first] = allowed
  if (!first) {
    if (reasons.length === 0) refuse('', '/executable/image', 'the request names no location of it')
    return denyFor(reasons)
  }
  const same = allowed.filter(({ digest }) => digest === first.digest).map(({ location }) => location)
  if (same.length === locations.length && (first.digest ?? wanted) === wanted) return ALLOW
  return {
    decision: 'cap',
    cap: { image: { locations: same, ...(first.digest === undefined ? {} : { digest: first.digest }) } },
  }
}
