/** Draws docs/lifecycle.md from the two transition tables. */
import { componentLifecycle } from '../src/domain/component-lifecycle.ts'
import { executionLifecycle } from '../src/domain/execution-lifecycle.ts'
import type { Lifecycle } from '../src/domain/transition-table.ts'

/** The page as Markdown with Mermaid diagrams. */
export function drawLifecycles(): string {
  return [
    '<!-- Generated from src/domain by `npm run generate`. Do not edit. -->',
    '# The two lifecycles',
    '',
    'An execution moves along the first table, each of its components along the second. Nothing else moves them.',
    '',
    ...section('Execution', executionLifecycle),
    ...section('Component', componentLifecycle),
  ].join('\n')
}

function section(title: string, machine: Lifecycle<string, string>): string[] {
  return [
    `## ${title}`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...machine.transitions.flatMap(({ event, from, to }) => from.map((phase) => `  ${phase} --> ${to}: ${event}`)),
    ...machine.terminalPhases.map((phase) => `  ${phase} --> [*]`),
    '```',
    '',
    '| Event | From | To | Caused by | Why |',
    '|---|---|---|---|---|',
    ...machine.transitions.map(
      ({ event, from, to, cause, why }) => `| ${event} | ${from.join(', ')} | ${to} | ${cause} | ${why} |`,
    ),
    '',
    `Terminal: ${machine.terminalPhases.join(', ')}.`,
    '',
  ]
}
