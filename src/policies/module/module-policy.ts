/**
 * A policy that the site wrote as an ES module. It runs in the broker and may do whatever the broker may, so only the
 * operator names it; what it throws or answers wrongly is a denial.
 */
import { pathToFileURL } from 'node:url'
import { BrokerError } from '../../domain/errors.ts'
import { externalQuestion, verdictOf, type ExternalAnswer, type ExternalQuestion } from '../external-answer.ts'
import type { Policy } from '../policy.ts'

/** What the module has as its default export. The question cannot be changed; the signal says when nobody waits any more. */
export type SitePolicy = (
  question: ExternalQuestion,
  signal: AbortSignal,
) => ExternalAnswer | boolean | Promise<ExternalAnswer | boolean>

/** Loads the module. Throws UNPROCESSABLE with a sentence for the operator. */
export async function modulePolicy(name: string, file: string): Promise<Policy> {
  const evaluate = await load(file)
  return {
    name,
    evaluate: async (question, signal) => {
      signal.throwIfAborted()
      // A copy, so that what the module does to it stays with the module.
      const answer = await evaluate(structuredClone(externalQuestion(question)), signal)
      return verdictOf(answer, name, question)
    },
  }
}

async function load(file: string): Promise<SitePolicy> {
  let found: unknown
  try {
    found = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default
  } catch (cause) {
    throw new BrokerError(
      'UNPROCESSABLE',
      `The policy module ${file} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    )
  }
  if (typeof found === 'function') return found as SitePolicy
  throw new BrokerError('UNPROCESSABLE', `The policy module ${file} has no function as its default export.`)
}
