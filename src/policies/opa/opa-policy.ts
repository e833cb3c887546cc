/**
 * A policy in Open Policy Agent, asked over its REST API (https://www.openpolicyagent.org/docs/rest-api#data-api). A
 * decision that is not defined there is no decision, and so a failure.
 */
import { request, type Dispatcher } from 'undici'
import { externalQuestion, verdictOf } from '../external-answer.ts'
import type { Policy, PolicyQuestion, Verdict } from '../policy.ts'

export interface OpaPolicyOptions {
  readonly name: string
  /** The document with the decision, such as http://127.0.0.1:8181/v1/data/broker/decision. */
  readonly url: string
  /** How long it may take, in milliseconds. */
  readonly answerWithinMs: number
  /** The bearer token for it; undefined when it asks for none. */
  readonly token: string | undefined
  readonly agent: Dispatcher
}

const ANSWER_BYTES_MAX = 65_536

export class OpaPolicy implements Policy {
  readonly name: string
  readonly #options: OpaPolicyOptions

  constructor(options: OpaPolicyOptions) {
    this.name = options.name
    this.#options = options
  }

  async evaluate(question: PolicyQuestion, signal: AbortSignal): Promise<Verdict> {
    const { url, answerWithinMs, token, agent } = this.#options
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ input: externalQuestion(question) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    })
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length
      if (bytes > ANSWER_BYTES_MAX) throw new Error('its answer is too long')
      chunks.push(chunk as Buffer)
    }
    if (statusCode !== 200) throw new Error(`it answered ${statusCode}`)
    const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { result?: unknown } | null
    if (answer?.result === undefined) throw new Error('the decision is not defined there')
    return verdictOf(answer.result, this.name, question)
  }
}
