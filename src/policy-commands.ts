/** The commands that look at the policies of a site, without a broker that runs. */
import { readDocument } from './cli/document.ts'
import { EXIT } from './cli/exit-codes.ts'
import { CommandError, guarded } from './cli/failures.ts'
import type { ConfigOptions, ExplainOptions } from './cli/program.ts'
import { processTerminal, type Terminal } from './cli/terminal.ts'
import { loadConfig } from './config.ts'
import type { Config } from './config-schema.ts'
import { BrokerError, ERRORS, placeOf } from './domain/errors.ts'
import type { ExecutionRequest } from './domain/execution-request.ts'
import type { Message } from './domain/message.ts'
import { NOTHING_USED } from './domain/quota.ts'
import { policiesOf, POLICY_PATIENCE_MS, type SitePolicies } from './policies-here.ts'
import { PolicyChain, type Judgement } from './policies/policy-chain.ts'
import { QuotaPolicy } from './policies/quota.ts'
import { notationOf } from './protocol/notation.ts'
import { readRequest } from './protocol/read-request.ts'
import { requestDefaults } from './request-defaults.ts'
import { systemClock } from './system-clock.ts'

/** Says that the policies can be understood; throws with what is wrong. */
export async function policyCheck(options: ConfigOptions): Promise<number> {
  return withSite(options, async (site) => {
    const names = [...site.policies, ...site.quotas].map(({ name }) => name)
    const words = names.length === 0 ? 'No policies are configured.' : `The policies are right: ${names.join(', ')}.`
    processTerminal().result(options.json ? JSON.stringify({ type: 'policies', right: true, names }) : words)
    return EXIT.ok
  })
}

/** Shows what each policy says about a request. */
export async function policyExplain(file: string, options: ExplainOptions): Promise<number> {
  const terminal = processTerminal()
  const { json = false } = options
  return withSite(options, (site, config) =>
    guarded({ terminal, json }, async () => {
      const { request, messages } = await requestIn(file, config)
      if (!request) {
        for (const { text } of messages) terminal.say(text)
        throw new CommandError('The answer is NO whatever the policies say.', EXIT.refused)
      }
      const failures = new Map<string, unknown>()
      const judged = await judge(site, request, options, failures)
      show(judged, { failures, quotas: site.quotas.map(({ name }) => name) }, { terminal, json })
      return judged.request ? EXIT.ok : EXIT.refused
    }),
  )
}

async function withSite(
  options: ConfigOptions,
  look: (site: SitePolicies, config: Config) => Promise<number>,
): Promise<number> {
  const { config } = loadConfig({ file: options.config, environment: process.env })
  const site = await policiesOf(config, systemClock)
  try {
    return await look(site, config)
  } finally {
    await site.close()
  }
}

/** The request in a file, as a broker would read it. */
async function requestIn(file: string, config: Config): Promise<ReturnType<typeof readRequest>> {
  const { text, mediaType } = await readDocument(file)
  try {
    const body = notationOf(mediaType)?.read(text, 'ExecutionRequest')
    return readRequest(body, systemClock.now(), requestDefaults(config))
  } catch (error) {
    if (!(error instanceof BrokerError) || ERRORS[error.code].status >= 500) throw error
    const faults = error.faults.map((fault) => `  ${placeOf(fault)}: ${fault.detail}`)
    throw new CommandError(error.detail, EXIT.refused, faults)
  }
}

function judge(
  { policies, quotas }: SitePolicies,
  request: ExecutionRequest,
  { user, group }: ExplainOptions,
  failures: Map<string, unknown>,
): Promise<Judgement> {
  const all = [...policies, ...quotas.map((quota) => new QuotaPolicy(quota, async () => NOTHING_USED))]
  const watch = {
    answered: () => undefined,
    failed: (policy: string, error: unknown) => void failures.set(policy, error),
  }
  const caller = { owner: user ?? 'somebody', username: user, roles: ['user'] as const, groups: group }
  return new PolicyChain(all, watch, POLICY_PATIENCE_MS).judge({
    moment: 'offer',
    now: systemClock.now(),
    caller,
    request,
  })
}

/** What is to be said of a quota, so that nobody takes its verdict for the one that the broker would give. */
const UNCOUNTED = 'Nothing is counted as used here; GET /admin/quotas of the broker shows what is.'

/** Each verdict with its reasons, and what becomes of all of them. Whoever runs this may see why a policy failed. */
function show(
  { request, messages, answers }: Judgement,
  { failures, quotas }: { readonly failures: ReadonlyMap<string, unknown>; readonly quotas: readonly string[] },
  { terminal, json }: { readonly terminal: Terminal; readonly json: boolean },
): void {
  for (const { policy, verdict } of answers) {
    const reasons = verdict.decision === 'deny' ? verdict.messages.map(({ text }: Message) => text) : []
    const cap = verdict.decision === 'cap' ? verdict.cap : undefined
    const failure = failures.has(policy) ? inWords(failures.get(policy)) : undefined
    const uncounted = quotas.includes(policy)
    const said = [
      ...reasons,
      ...(uncounted ? [UNCOUNTED] : []),
      ...(cap ? [JSON.stringify(cap)] : []),
      ...(failure === undefined ? [] : [`It failed: ${failure}`]),
    ]
    const { decision } = verdict
    if (json)
      terminal.result(
        JSON.stringify({
          type: 'verdict',
          policy,
          decision,
          reasons,
          cap,
          failure,
          ...(uncounted ? { uncounted } : {}),
        }),
      )
    else for (const line of [`${policy}: ${decision}`, ...said.map((one) => `  ${one}`)]) terminal.result(line)
  }
  const allowed = request !== undefined
  const all = messages.map(({ text }) => text)
  if (json) return terminal.result(JSON.stringify({ type: 'judgement', allowed, messages: all }))
  if (allowed) for (const line of all) terminal.result(line)
  terminal.result(allowed ? 'It may be offered.' : 'It is refused.')
}

function inWords(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return words + cause
}
