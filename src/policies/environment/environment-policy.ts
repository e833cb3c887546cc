/** Which variables of the environment a client may set. Values are not looked at, and not told. Pure. */
import { message } from '../../domain/message.ts'
import { pattern, type Matches } from '../pattern.ts'
import { denyFor, type Policy, type PolicyQuestion, type Verdict } from '../policy.ts'

export interface EnvironmentPolicyOptions {
  readonly name: string
  /** Patterns of the names that are allowed; all when undefined. */
  readonly allow: readonly string[] | undefined
  /** Patterns of those that are excepted from that. */
  readonly deny: readonly string[]
}

export class EnvironmentPolicy implements Policy {
  readonly name: string
  readonly #allow: readonly Matches[] | undefined
  readonly #deny: readonly Matches[]

  constructor({ name, allow, deny }: EnvironmentPolicyOptions) {
    this.name = name
    this.#allow = allow?.map(pattern)
    this.#deny = deny.map(pattern)
  }

  evaluate({ request, now }: PolicyQuestion): Verdict {
    return denyFor(
      Object.keys(request.executable.environment).flatMap((variable) => {
        const reason = this.#refusal(variable)
        if (reason === undefined) return []
        const pointer = `/executable/environment/${variable.replaceAll('~', '~0').replaceAll('/', '~1')}`
        return [message('policy-environment', now, { variable, pointer, reason, policy: this.name })]
      }),
    )
  }

  #refusal(variable: string): string | undefined {
    if (this.#deny.some((matches) => matches(variable))) return 'it is excepted from those that are allowed'
    if (this.#allow && !this.#allow.some((matches) => matches(variable))) return 'others are allowed'
    return undefined
  }
}
