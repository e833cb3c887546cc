/** Whether traces are collected here: only where the environment names a collector, as OpenTelemetry says. */
import { BrokerError } from './domain/errors.ts'
import type { CollectedTraces } from './tracing.ts'
import { codeOf } from './domain/error-code.ts'

/** The variables that name one. */
const COLLECTORS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const

/**
 * Begins to collect traces; undefined where nobody wants them. Throws UNPROCESSABLE, with a sentence for the operator,
 * where the packages for it are not installed.
 */
export async function tracesOf(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CollectedTraces | undefined> {
  const named = COLLECTORS.find((name) => environment[name])
  if (named === undefined || environment.OTEL_SDK_DISABLED === 'true') return undefined
  try {
    const { collectTraces } = await import('./tracing.ts')
    return collectTraces()
  } catch (cause) {
    if (codeOf(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new BrokerError(
      'UNPROCESSABLE',
      `${named} is set, and the optional packages of OpenTelemetry are not installed; install them (npm install --include=optional), or leave the variable out.`,
      { cause },
    )
  }
}
