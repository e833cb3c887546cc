/** What this site allows: the policies that are configured. Names the adapters, as main.ts does. */
import { resolve as resolvePath } from 'node:path'
import { Agent } from 'undici'
import type { Config, PolicyConfig } from './config-schema.ts'
import { milliseconds } from './config.ts'
import { AddressGuard } from './data/address-guard.ts'
import { guardedAgent } from './data/guarded-agent.ts'
import type { Clock } from './domain/clock.ts'
import { isBrokerError } from './domain/errors.ts'
import { referenceText, type ImageReference } from './domain/image-reference.ts'
import type { Figures } from './http/figures.ts'
import { QuotaDesk } from './http/quota-desk.ts'
import type { Log } from './lifecycle/worker-context.ts'
import { forThose } from './policies/applies-to.ts'
import { EnvironmentPolicy } from './policies/environment/environment-policy.ts'
import { HarborClient } from './policies/harbor/harbor-client.ts'
import { HarborPolicy } from './policies/harbor/harbor-policy.ts'
import { ImagesPolicy, type ResolveImage } from './policies/images/images-policy.ts'
import { LimitsPolicy } from './policies/limits/limits-policy.ts'
import { LocationsPolicy } from './policies/locations/locations-policy.ts'
import { modulePolicy } from './policies/module/module-policy.ts'
import { OpaPolicy } from './policies/opa/opa-policy.ts'
import { PolicyChain, type PolicyWatch } from './policies/policy-chain.ts'
import type { Policy } from './policies/policy.ts'
import type { Quota } from './policies/quota.ts'
import { knownRegistries } from './registries-here.ts'
import { RegistryClient } from './registries/registry-client.ts'
import { secretIn } from './secrets.ts'

/** How long the policies may take to answer, in milliseconds. */
export const POLICY_PATIENCE_MS = 10_000

/** How long a registry may take to tell a digest, in milliseconds. */
const REGISTRY_PATIENCE_MS = 5_000

/** The policies, and how what they hold open is closed. */
export interface SitePolicies {
  readonly policies: readonly Policy[]
  readonly quotas: readonly Quota[]
  /** Asks the registry of a reference which image it means. */
  readonly resolve: ResolveImage
  close(): Promise<void>
}

/** The policies. Throws UNPROCESSABLE, with a sentence for the operator, for one that cannot be understood. */
export async function policiesOf(config: Config, clock: Clock): Promise<SitePolicies> {
  const all = config.policies ?? []
  const agent = new Agent()
  const outside = guardedAgent({
    guard: new AddressGuard({ allowedNetworks: config.data.allowedNetworks }),
    connectTimeoutMs: REGISTRY_PATIENCE_MS,
    idleTimeoutMs: REGISTRY_PATIENCE_MS,
  })
  const close = async () => {
    await Promise.all([agent.destroy(), outside.destroy()])
  }
  try {
    const { resolve } = new RegistryClient({
      clock,
      registries: knownRegistries(config),
      agent,
      guardedAgent: outside,
      answerWithinMs: REGISTRY_PATIENCE_MS,
    })
    const policies = all.flatMap((one) =>
      one.type === 'quota' ? [] : [policyOf(one, { resolve, agent, clock }).then((policy) => forThose(one, policy))],
    )
    const quotas = all.flatMap((one) =>
      one.type === 'quota' ? [{ ...one, windowMs: milliseconds(one.window) } satisfies Quota] : [],
    )
    return { policies: await Promise.all(policies), quotas, resolve, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The policies of the site as one, and its quotas, watched by the figures and the log; they can be changed. */
export class SiteRules {
  readonly #clock: Clock
  readonly #watch: PolicyWatch
  readonly #log: Log
  #site: SitePolicies
  #policies: PolicyChain
  #quotas: QuotaDesk
  /** Those before, each with what takes their closing back. */
  readonly #retired = new Map<SitePolicies, () => void>()

  private constructor(site: SitePolicies, clock: Clock, watch: PolicyWatch, log: Log) {
    this.#clock = clock
    this.#watch = watch
    this.#log = log
    this.#site = site
    this.#policies = new PolicyChain(site.policies, watch, POLICY_PATIENCE_MS)
    this.#quotas = new QuotaDesk(site.quotas, watch)
  }

  /** Throws UNPROCESSABLE, with a sentence for the operator, for a policy that cannot be understood. */
  static async open(config: Config, clock: Clock, figures: Figures, log: Log): Promise<SiteRules> {
    const watch: PolicyWatch = {
      answered: (policy, { moment }, decision) => figures.policyAnswered(policy, moment, decision),
      failed: (policy, error) => {
        figures.policyFailed(policy)
        log('error', `The policy ${policy} failed, so what was asked is refused.`, { error })
      },
    }
    return new SiteRules(await policiesOf(config, clock), clock, watch, log)
  }

  get policies(): PolicyChain {
    return this.#policies
  }

  get quotas(): QuotaDesk {
    return this.#quotas
  }

  /** The digest that a registry has under a tag, as the policies know it; undefined when it does not say. */
  readonly digestOfTag = async (reference: ImageReference, signal: AbortSignal): Promise<string | undefined> => {
    try {
      return await this.#site.resolve(reference, signal)
    } catch (error) {
      if (!isBrokerError(error)) throw error
      this.#log('info', 'A registry does not say what a tag means.', { image: referenceText(reference), error })
      return undefined
    }
  }

  /** From now on these policies hold. Throws as `open`, and then those before go on to hold. */
  async change(config: Config): Promise<void> {
    const before = this.#site
    this.#site = await policiesOf(config, this.#clock)
    this.#policies = new PolicyChain(this.#site.policies, this.#watch, POLICY_PATIENCE_MS)
    this.#quotas = new QuotaDesk(this.#site.quotas, this.#watch)
    this.#retire(before)
  }

  async close(): Promise<void> {
    for (const cancel of this.#retired.values()) cancel()
    await Promise.all([this.#site, ...this.#retired.keys()].map((site) => site.close()))
  }

  /** Whoever is being judged by policies that do not hold any more still needs what they hold open. */
  #retire(site: SitePolicies): void {
    const close = () => {
      this.#retired.delete(site)
      void site.close()
    }
    this.#retired.set(site, this.#clock.at(this.#clock.now() + POLICY_PATIENCE_MS, close))
  }
}

/** What policies ask others with. */
interface Outside {
  readonly resolve: ResolveImage
  readonly agent: Agent
  readonly clock: Clock
}

function harborPolicy(config: Extract<PolicyConfig, { type: 'harbor' }>, { agent, clock }: Outside): HarborPolicy {
  const { name, url, username, passwordFile, whenAway, lastAnswerFor } = config
  const credentials =
    username === undefined || passwordFile === undefined
      ? undefined
      : { username, password: secretIn(passwordFile, `the password for the policy ${name}`) }
  const client = new HarborClient({
    url,
    credentials,
    answerWithinMs: milliseconds(config.answerWithin),
    cacheMs: milliseconds(config.cacheFor),
    whenAwayMs: whenAway === 'deny' ? 0 : milliseconds(lastAnswerFor),
    clock,
    agent,
  })
  return new HarborPolicy({
    name,
    registry: config.registry ?? new URL(url).host,
    client,
    projects: config.projects,
    publicOnly: config.public,
    labels: config.labels,
    signed: config.signed,
    severity: config.severity,
  })
}

async function policyOf(config: Exclude<PolicyConfig, { type: 'quota' }>, outside: Outside): Promise<Policy> {
  const { name } = config
  switch (config.type) {
    case 'images':
      return new ImagesPolicy({ ...config, resolve: config.resolve ? outside.resolve : undefined })
    case 'limits': {
      const { cores, memory, storage, accelerators, ports, allowPorts, denyPorts, duration } = config
      const amounts = {
        ...(cores ? { cores } : {}),
        ...(memory ? { memory } : {}),
        ...(storage !== undefined ? { storage } : {}),
        ...(accelerators !== undefined ? { accelerators } : {}),
      }
      return new LimitsPolicy({
        name,
        amounts,
        portsMax: ports,
        allowPorts,
        denyPorts,
        durationMs: duration === undefined ? undefined : milliseconds(duration),
      })
    }
    case 'locations':
      return new LocationsPolicy({ name, allow: config.allow, deny: config.deny })
    case 'environment':
      return new EnvironmentPolicy({ name, allow: config.allow, deny: config.deny })
    case 'module':
      return modulePolicy(name, resolvePath(config.file))
    case 'harbor':
      return harborPolicy(config, outside)
    case 'opa': {
      const { url, answerWithin, tokenFile } = config
      const token = tokenFile === undefined ? undefined : secretIn(tokenFile, `the token for the policy ${name}`)
      return new OpaPolicy({ name, url, answerWithinMs: milliseconds(answerWithin), token, agent: outside.agent })
    }
  }
}
