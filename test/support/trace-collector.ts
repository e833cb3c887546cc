/** A collector of traces: takes what OpenTelemetry sends as JSON over HTTP (OTLP), and keeps it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A span as it was sent; what is not looked at is left out. */
export interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly service: string
  readonly attributes: Readonly<Record<string, string | number>>
}

export interface TraceCollector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly spans: SentSpan[]
  /** Returns when there is a span of that name in a trace. */
  receives(traceId: string, name: string): Promise<void>
  close(): void
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number }
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<SentSpan, 'attributes' | 'service'> & { attributes: readonly Attribute[] })[]
    }[]
  }[]
}

/** Starts one. */
export async function traceCollector(): Promise<TraceCollector> {
  const spans: SentSpan[] = []
  let onSpans = () => {}
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' }).end('{}')
      spans.push(...spansIn(JSON.parse(body) as Sent))
      onSpans()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async receives(traceId, name) {
      while (!spans.some((span) => span.traceId === traceId && span.name === name))
        await new Promise<void>((resolve) => (onSpans = resolve))
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function spansIn({ resourceSpans }: Sent): SentSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name'])
    const all = scopeSpans.flatMap(({ spans }) => spans)
    return all.map((span) => ({ ...span, service, attributes: valuesOf(span.attributes) }))
  })
}

function valuesOf(attributes: readonly Attribute[]): Record<string, string | number> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']))
}
