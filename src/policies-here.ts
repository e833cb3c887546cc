/** What this site allows: the policies that are configured. Names the adapters, as main.ts does. */
import type { Config, PolicyConfig } from './config-schema.ts'
import type { Figures } from './http/figures.ts'
import type { Log } from './lifecycle/worker-context.ts'
import { forThose } from './policies/applies-to.ts'
import { ImagesPolicy } from './policies/images/images-policy.ts'
import { PolicyChain } from './policies/policy-chain.ts'
import type { Policy } from './policies/policy.ts'

/** How long the policies may take to answer, in milliseconds. */
export const POLICY_PATIENCE_MS = 10_000

/** The policies. Throws UNPROCESSABLE, with a sentence for the operator, for one that cannot be understood. */
export function policiesOf({ policies = [] }: Config): Policy[] {
  return policies.map((config) => forThose(config, policyOf(config)))
}

/** The policies as one, watched by the figures and the log. */
export function watchedPolicies(policies: readonly Policy[], figures: Figures, log: Log): PolicyChain {
  return new PolicyChain(
    policies,
    {
      answered: (policy, { moment }, decision) => figures.policyAnswered(policy, moment, decision),
      failed: (policy, error) => {
        figures.policyFailed(policy)
        log('error', `The policy ${policy} failed, so what was asked is refused.`, { error })
      },
    },
    POLICY_PATIENCE_MS,
  )
}

function policyOf(config: PolicyConfig): Policy {
  return new ImagesPolicy({ ...config, resolve: undefined })
}
