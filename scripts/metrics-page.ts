/** Writes docs/metrics.md from the figures that a broker serves. */
import { Figures } from '../src/http/figures.ts'

/** The page as Markdown. */
export async function writeMetrics(): Promise<string> {
  const own = (await new Figures().described()).filter(({ name }) => name.startsWith('broker_'))
  const rows = own.map(
    ({ name, type, help, labels }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  return [
    '<!-- Generated from src/http/figures.ts by `npm run generate`. Do not edit. -->',
    '# Metrics',
    '',
    'Every process serves `GET /metrics` in the text format of Prometheus: these, and what its library tells of the process',
    '(`process_…`, `nodejs_…`). Figures of the queue (`broker_queue_…`), of pools and of',
    '`broker_executions` are of the whole broker, and the same in every process that offers the pools;',
    'all others are of the process that is asked. A broker with identities shows them to operators, so Prometheus',
    'needs an access token: see [operations](operations.md#metrics).',
    '',
    '| Name | Type | Labels | Meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
