/** Writes docs/messages.md from the message catalogue. */
import type { MessageEntry } from '../src/domain/message-entry.ts'
import { EXECUTION_MESSAGES } from '../src/domain/execution-messages.ts'
import { POLICY_MESSAGES } from '../src/domain/policy-messages.ts'
import { REQUEST_MESSAGES } from '../src/domain/request-messages.ts'
import { messageUrn } from '../src/protocol/kinds.ts'

/** The page as Markdown. */
export function writeMessages(): string {
  return [
    '<!-- Generated from src/domain by `npm run generate`. Do not edit. -->',
    '# Messages',
    '',
    'Everything that the broker says about a request or an execution is one of these. A message has a `kind`, a `time`,',
    'a `level`, a `template`, the `values` of the names in it, and the `message` itself: the template with its values. It',
    'is found in the `meta.messages` of what it is about. The answer NO, and an execution that FAILED, always have at',
    'least one message of level ERROR. Most messages about a request have a value `pointer`: the JSON Pointer (RFC 6901)',
    'of the field in question, in the current form of the request.',
    '',
    '## About a request',
    '',
    ...table(REQUEST_MESSAGES),
    '## From the policies of the site',
    '',
    ...table(POLICY_MESSAGES),
    '## While an execution lives',
    '',
    ...table(EXECUTION_MESSAGES),
  ].join('\n')
}

function table(messages: Readonly<Record<string, MessageEntry>>): string[] {
  return Object.entries(messages).flatMap(([name, { level, template, places, advice }]) => [
    `### ${name}`,
    '',
    `> ${template}`,
    '',
    `| | |`,
    `|---|---|`,
    `| Kind | \`${messageUrn(name)}\` |`,
    `| Level | ${level} |`,
    `| Values | ${valuesIn(template)} |`,
    `| Found at | ${places.join(', ')} |`,
    `| What to do | ${advice} |`,
    '',
  ])
}

function valuesIn(template: string): string {
  const names = [...new Set([...template.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => `\`${name}\``))]
  return names.length > 0 ? names.join(', ') : 'none'
}
