/** How much one execution may have. What asks for up to more is made smaller; what needs more is denied. Pure. */
import { formatDuration, type Instant } from '../../domain/dates.ts'
import { portsPointer, type Executable } from '../../domain/execution-request.ts'
import { message, type Message } from '../../domain/message.ts'
import type { Resource } from '../../domain/resources.ts'
import { denyFor, type Most, type Policy, type PolicyQuestion, type Verdict } from '../policy.ts'
import { portRule, type CoversPort, type PortRuleConfig } from './port-rule.ts'

export interface LimitsPolicyOptions {
  readonly name: string
  readonly amounts: Readonly<Partial<Record<Resource, number>>>
  /** The most ports that are published; undefined when any number will do. */
  readonly portsMax?: number | undefined
  /** Ports that a program may have; undefined when any will do. */
  readonly allowPorts?: readonly PortRuleConfig[] | undefined
  /** Files excepted from that. */
  readonly denyPorts?: readonly PortRuleConfig[] | undefined
  /** The longest duration; undefined when any will do. */
  readonly durationMs: number | undefined
}

export class LimitsPolicy implements Policy {
  readonly name: string
  readonly #options: LimitsPolicyOptions
  readonly #allowPorts: readonly CoversPort[] | undefined
  readonly #denyPorts: readonly CoversPort[]

  /** Throws UNPROCESSABLE for rules that cover nothing. */
  constructor(options: LimitsPolicyOptions) {
    const { name, allowPorts, denyPorts = [] } = options
    this.name = name
    this.#options = options
    this.#allowPorts = allowPorts?.map((rule, index) => portRule(rule, `${name}.allowPorts.${index}`))
    this.#denyPorts = denyPorts.map((rule, index) => portRule(rule, `${name}.denyPorts.${index}`))
  }

  most(): Most {
    const { amounts, durationMs } = this.#options
    return { amounts, durationMs }
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
    reasons.push(...this.#refusedPorts(request.executable, now))
    if (durationMs !== undefined && request.durationMs > durationMs) {
      const [duration, limit] = [formatDuration(request.durationMs), formatDuration(durationMs)]
      reasons.push(
        message('policy-duration', now, { pointer: '/schedule/requested/duration', duration, policy, limit }),
      )
    }
    return reasons.length > 0 ? denyFor(reasons) : { decision: 'cap', cap: { amounts } }
  }

  #refusedPorts(executable: Executable, now: Instant): Message[] {
    const pointer = portsPointer(executable)
    return executable.ports.flatMap((port, index) => {
      const isAllowed = this.#allowPorts?.some((covers) => covers(port)) ?? true
      const isDenied = this.#denyPorts.some((covers) => covers(port))
      if (isAllowed && !isDenied) return []
      const reason = isDenied ? 'it is excepted from what is allowed' : 'it is not one of those that are allowed'
      const { internalPort, protocol, path = '' } = port
      // The port of a notebook that is served is chosen by the site: its mode is what asks for it.
      const place = executable.type === 'jupyter-notebook' ? pointer : `${pointer}/${index}`
      const shown = `${internalPort} (${protocol}${path && ` ${path}`})`
      return [message('policy-port', now, { pointer: place, port: shown, reason, policy: this.name })]
    })
  }
}
