/** A small Open Policy Agent: one document whose decision is a function here; it can be told to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ExternalQuestion } from '../../src/policies/external-answer.ts'

export interface OpaServer {
  /** The URL of the decision. */
  readonly url: string
  /** What was asked, as OPA gets it, with the headers. */
  readonly asked: { readonly input: ExternalQuestion; readonly authorization: string | undefined }[]
  /** The value of the document; undefined is one that is not defined. */
  decide: (input: ExternalQuestion) => unknown
  fault: 'none' | 'silent' | 'broken' | 'nonsense' | 'huge' | 'refuses'
  close(): Promise<void>
}

const PATH = '/v1/data/broker/decision'

/** Starts one on 127.0.0.1. */
export async function startOpa(): Promise<OpaServer> {
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const opa: OpaServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    asked: [],
    decide: () => true,
    fault: 'none',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return opa

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (opa.fault === 'silent') return
    if (opa.fault === 'broken') return say(500, { code: 'internal_error', message: 'eval_conflict_error' })
    if (opa.fault === 'refuses') return say(401, { code: 'unauthorized', message: 'request rejected' })
    if (opa.fault === 'nonsense') return void response.end('<html>')
    if (opa.fault === 'huge') return void response.end(Buffer.alloc(1_048_576, ' '))
    // A path that is not there is an empty document, and not 404.
    if (request.method !== 'POST' || request.url !== PATH) return say(200, {})
    const { input } = JSON.parse(await text(request)) as { input: ExternalQuestion }
    opa.asked.push({ input, authorization: request.headers.authorization })
    const result = opa.decide(input)
    return say(200, result === undefined ? {} : { result })
  }
}
