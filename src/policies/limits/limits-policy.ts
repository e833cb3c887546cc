/** How much one execution may have. What asks for up to more is made smaller; what needs more is denied. Pure. */
import { formatDuration } from '../../domain/dates.ts'
import { message } from '../../domain/message.ts'
import type { Resource } from '../../domain/resources.ts'
import { denyFor, type Policy, type PolicyQuestion, type Verdict } from '../policy.ts'

export interface LimitsPolicyOptions {
  readonly name: string
  readonly amounts: Readonly<Partial<Record<Resource, number>>>
  /** The longest duration; undefined when any will do. */
  readonly durationMs: number | undefined
}

export class LimitsPolicy implements Policy {
  readonly name: string
  readonly #options: LimitsPolicyOptions

  constructor(options: LimitsPolicyOptions) {
    this.name = options.name
    this.#options = options
  }

  evaluate({ request, now }: PolicyQuestion): Verdict {
    const { amounts, durationMs } = this.#options
    if (durationMs === undefined || request.durationMs <= durationMs) return { decision: 'cap', cap: { amounts } }
    return denyFor([
      message('policy-duration', now, {
        pointer: '/schedule/requested/duration',
        duration: formatDuration(request.durationMs),
        policy: this.name,
        limit: formatDuration(durationMs),
      }),
    ])
  }
}
