/**
 * Traces for OpenTelemetry, sent by OTLP over HTTP. The only module that knows its packages; it is loaded only where a
 * collector is named, see `tracing-here.ts`. The packages read the rest of what OpenTelemetry says of the environment:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
 */
import {
  context as contexts,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { isBrokerError } from './domain/errors.ts'
import type { RequestSpan, TraceAttributes, Tracing } from './domain/tracing.ts'

const NAME = 'execution-broker'

/** Traces that are collected. */
export interface CollectedTraces extends Tracing {
  /** What a line of the log has of the span in which it is written. */
  readonly logFields: () => Readonly<Record<string, string>>
  /** Sends what was not sent yet. */
  close(): Promise<void>
}

/** Begins to collect, for the whole process. */
export function collectTraces(): CollectedTraces {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': NAME }))
    .merge(detectResources({ detectors: [envDetector] }))
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  return Object.assign(new Spans(provider.getTracer(NAME), undefined, {}), {
    logFields,
    close: () => provider.shutdown(),
  })
}

class Spans implements Tracing {
  readonly #tracer: Tracer
  readonly #cause: Context | undefined
  readonly #attributes: TraceAttributes

  /** Without a cause, it is whatever is going on. */
  constructor(tracer: Tracer, cause: Context | undefined, attributes: TraceAttributes) {
    this.#tracer = tracer
    this.#cause = cause
    this.#attributes = attributes
  }

  step<Result>(
    name: string,
    attributes: TraceAttributes,
    work: (say: (more: TraceAttributes) => void) => Promise<Result>,
  ): Promise<Result> {
    const cause = this.#cause ?? contexts.active()
    const span = this.#tracer.startSpan(name, { attributes: { ...this.#attributes, ...attributes } }, cause)
    const doing = contexts.with(trace.setSpan(cause, span), () => work((more) => span.setAttributes(more)))
    return doing.then(
      (result) => {
        ended(span, 'ok')
        return result
      },
      (error: unknown) => {
        ended(span, isBrokerError(error) ? error.code : 'failed')
        throw error
      },
    )
  }

  within(traceparent: string | undefined, attributes: TraceAttributes): Tracing {
    return new Spans(this.#tracer, causeIn({ traceparent }), attributes)
  }

  get traceparent(): string | undefined {
    const carrier: Record<string, string> = {}
    propagation.inject(contexts.active(), carrier)
    return carrier.traceparent
  }

  request(method: string, headers: Readonly<Record<string, string | string[] | undefined>>): RequestSpan {
    const cause = causeIn(headers)
    const attributes = { 'http.request.method': method }
    const span = this.#tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, cause)
    return {
      within: (goOn) => contexts.with(trace.setSpan(cause, span), goOn),
      end(route, status) {
        span.updateName(`${method} ${route}`)
        span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      },
    }
  }
}

/** Codes only: what failures say is for callers and the log. */
function ended(span: Span, outcome: string): void {
  span.setAttribute('broker.outcome', outcome)
  if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome })
  span.end()
}

/** The trace that a `traceparent` names; a new one where it is missing, or not as it should be. */
function causeIn(headers: Readonly<Record<string, string | string[] | undefined>>): Context {
  return propagation.extract(ROOT_CONTEXT, headers)
}

function logFields(): Readonly<Record<string, string>> {
  const span = trace.getActiveSpan()?.spanContext()
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
}
