/** How much one execution may have. What asks for up to more is made smaller; what needs more is denied. Pure. */
import { formatDuration } from '../../domain/dates.ts'
import { portsPointer } from '../../domain/execution-request.ts'
import { message, type Message } from '../../domain/message.ts'
import type { Resource } from '../../domain/resources.ts'
import { denyFor, type Policy, type PolicyQuestion, type Verdict } from '../policy.ts'

export interface LimitsPolicyOptions {
  readonly name: string
  readonly amounts: Readonly<Partial<Record<Resource, number>>>
  /** The most ports that are published; undefined when any number will do. */
  readonly portsMax?: number | undefined
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
    const { amounts, portsMax, durationMs } = this.#options
    const policy = this.name
    const { ports } = request.executable
    const reasons: Message[] = []
    if (portsMax !== undefined && ports.length > portsMax) {
      const pointer = portsPointer(request.executable)
      reasons.push(
        message('policy-limit', now, { pointer, minimum: ports.length, what: 'ports', policy, limit: portsMax }),
      )
    }
    if (durationMs !== undefined && request.durationMs > durationMs) {
      const [duration, limit] = [formatDuration(request.durationMs), formatDuration(durationMs)]
      reasons.push(
        message('policy-duration', now, { pointer: '/schedule/requested/duration', duration, policy, limit }),
      )
    }
    return reasons.length > 0 ? denyFor(reasons) : { decision: 'cap', cap: { amounts } }
  }
}
