/**
 * Says what was done, when and by what it was caused, to whoever collects traces. Where nobody does there is no `Tracing`
 * at all, so that nothing of it costs anything.
 */

export type TraceAttributes = Readonly<Record<string, string | number | boolean | undefined>>

/** The span of a request that is being answered. */
export interface RequestSpan {
  /** Goes on, so that everything that follows of the request is within the span. */
  within(goOn: () => void): void
  /** The answer was sent; the route is the pattern. */
  end(route: string, status: number): void
}

export interface Tracing {
  /** Does something as a span within what it is caused by; `say` adds what is known only later. Failures pass through. */
  step<Result>(
    name: string,
    attributes: TraceAttributes,
    work: (say: (more: TraceAttributes) => void) => Promise<Result>,
  ): Promise<Result>
  /** The same, where the cause is what a `traceparent` (W3C Trace Context) names, and all spans have these attributes. */
  within(traceparent: string | undefined, attributes: TraceAttributes): Tracing
  /** What is going on now, to be given to `within` later or elsewhere; undefined when nothing is. */
  readonly traceparent: string | undefined
  /** Begins the span of a request, within the trace that its headers name. */
  request(method: string, headers: Readonly<Record<string, string | string[] | undefined>>): RequestSpan
}

/** Does something as a span, where traces are collected. */
export function traced<Result>(
  tracing: Tracing | undefined,
  name: string,
  attributes: TraceAttributes,
  work: (say: (more: TraceAttributes) => void) => Promise<Result>,
): Promise<Result> {
  return tracing ? tracing.step(name, attributes, work) : work(saidToNobody)
}

const saidToNobody = () => undefined
