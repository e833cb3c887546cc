/**
 * The contract, for programs and for people. The page is Swagger UI, served from here with nothing from anywhere else,
 * under a policy that keeps it so.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import { CONTRACT } from '../protocol/contract.ts'
import { notationNamed, type NotationName } from '../protocol/notation.ts'
import { linkFor, type HttpContext } from './context.ts'
import { sendRepresentation } from './representation.ts'

const oneForm = { config: { oneForm: true } }

/** Only what is served here; Swagger UI draws its icons from data URLs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

const START = `SwaggerUIBundle({
  url: document.body.dataset.contract,
  domNode: document.getElementById('contract'),
  deepLinking: true,
  validatorUrl: null,
  layout: 'BaseLayout',
})
`

/** Adds the routes. */
export function docsRoutes(app: FastifyInstance, context: HttpContext): void {
  const json = new ContractText('json')
  app.get('/openapi.json', oneForm, async (request, reply) =>
    sendRepresentation(request, reply, 'application/json; charset=utf-8', json.servedAt(linkFor(request, context)(''))),
  )

  const yaml = new ContractText('yaml')
  app.get('/openapi.yaml', oneForm, async (request, reply) =>
    sendRepresentation(request, reply, 'application/yaml; charset=utf-8', yaml.servedAt(linkFor(request, context)(''))),
  )

  app.get('/docs', oneForm, async (request, reply) => {
    const link = linkFor(request, context)
    void reply.header('Content-Security-Policy', POLICY).header('Referrer-Policy', 'no-referrer')
    return sendRepresentation(request, reply, 'text/html; charset=utf-8', page(link))
  })

  app.get('/docs/start.js', oneForm, async (request, reply) =>
    sendRepresentation(request, reply, 'text/javascript; charset=utf-8', START),
  )
  for (const [name, contentType] of Object.entries(ASSETS)) {
    // Read when somebody asks first; all answers share these bytes, however many are not read by their clients.
    let bytes: Buffer | undefined
    app.get(`/docs/${name}`, oneForm, async (request, reply) =>
      sendRepresentation(request, reply, contentType, (bytes ??= readFileSync(assetPath(name)))),
    )
  }
}

function page(link: (path: string) => string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Execution Broker: the contract</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${link('/docs/swagger-ui.css')}" />
  </head>
  <body data-contract="${link('/openapi.json')}">
    <div id="contract">
      <noscript>The contract is also at <a href="${link('/openapi.yaml')}">${link('/openapi.yaml')}</a>.</noscript>
    </div>
    <script src="${link('/docs/swagger-ui-bundle.js')}"></script>
    <script src="${link('/docs/start.js')}"></script>
  </body>
</html>
`
}

/** Where a file of Swagger UI is: beside this one in what is delivered, otherwise in its package. */
function assetPath(name: string): URL | string {
  const delivered = new URL(`swagger-ui/${name}`, import.meta.url)
  return existsSync(delivered) ? delivered : createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)
}

/** The contract as one text in a notation. Writing it takes long in YAML, so only what differs is written anew. */
class ContractText {
  readonly #before: string
  readonly #after: string
  #last: { readonly base: string; readonly bytes: Buffer } | undefined

  constructor(notation: NotationName) {
    const mark = 'http://broker.invalid'
    const text = notationNamed(notation).write({ ...CONTRACT, servers: [{ url: mark }] }, undefined)
    const [before = '', after = ''] = text.split(mark)
    this.#before = before
    this.#after = after
  }

  /** The contract of a service at a base URL, whose characters need no escape in any notation. Answers share its bytes. */
  servedAt(base: string): Buffer {
    if (this.#last?.base !== base) this.#last = { base, bytes: Buffer.from(`${this.#before}${base}${this.#after}`) }
    return this.#last.bytes
  }
}
