/**
 * Where data may come from. Pure. It is about the location that the client names; where a server redirects to is decided
 * by the guard of addresses (`data/address-guard.ts`).
 */
import { message } from '../../domain/message.ts'
import { locationPointer } from '../../domain/notebook.ts'
import { denyFor, type Policy, type PolicyQuestion, type Verdict } from '../policy.ts'
import { locationRule, type Covered, type LocationRuleConfig } from './location-rule.ts'

export interface LocationsPolicyOptions {
  readonly name: string
  /** What is allowed; everything when undefined. */
  readonly allow: readonly LocationRuleConfig[] | undefined
  /** What is excepted from that. */
  readonly deny: readonly LocationRuleConfig[]
}

/** The reason of a refusal where servers differ in what they read, with what to write. */
const UNCLEAR =
  'its path could mean another one to the server; write it without semicolons, doubled slashes, and encoded slashes or dots, such as /public/a.csv'

export class LocationsPolicy implements Policy {
  readonly name: string
  readonly #allow: readonly ((location: URL) => Covered)[] | undefined
  readonly #deny: readonly ((location: URL) => Covered)[]

  /** Throws UNPROCESSABLE for rules that cannot be understood. */
  constructor({ name, allow, deny }: LocationsPolicyOptions) {
    this.name = name
    this.#allow = allow?.map((rule, index) => locationRule(rule, `${name}.allow.${index}`))
    this.#deny = deny.map((rule, index) => locationRule(rule, `${name}.deny.${index}`))
  }

  evaluate({ request, now }: PolicyQuestion): Verdict {
    return denyFor(
      request.data.flatMap(({ location }, index) => {
        const reason = this.#refusal(location)
        if (reason === undefined) return []
        const values = {
          location: shown(location),
          pointer: locationPointer(request, index),
          reason,
          policy: this.name,
        }
        return [message('policy-data', now, values)]
      }),
    )
  }

  #refusal(text: string): string | undefined {
    if (!URL.canParse(text)) return 'it is not a URL'
    const location = new URL(text)
    const denied = this.#deny.map((covers) => covers(location))
    const allowed = this.#allow?.map((covers) => covers(location)) ?? ['yes']
    if (denied.includes('yes')) return 'it is excepted from what is allowed'
    // Where nobody can tell, an exception holds and an allowance does not.
    if (denied.includes('perhaps')) return UNCLEAR
    if (allowed.includes('yes')) return undefined
    return allowed.includes('perhaps') ? UNCLEAR : 'data may come from other places only'
  }
}

/** A location without what may be a secret in it. */
function shown(text: string): string {
  if (!URL.canParse(text)) return text.replace(/[?#].*$/s, '')
  const { protocol, host, pathname } = new URL(text)
  return `${protocol}//${host}${pathname}`
}
