import { describe, expect, it } from 'vitest'
import type { Execution } from '../client/broker-client.ts'
import { executionLines, statusLines } from './words.ts'

const at = (minute: number) => `2026-11-24T12:${String(minute).padStart(2, '0')}:00Z`
const execution = (phase: Execution['phase'], phases: readonly string[], name = 'reduce') =>
  ({
    kind: 'x',
    meta: { kind: 'x', uuid: '0199', name },
    phase,
    history: phases.map((one, index) => ({ phase: one, since: at(index), event: 'some' })),
    schedule: {
      available: { start: `${at(30)}/PT0S`, duration: 'PT1H' },
      releasing: { start: '2026-11-24T13:30:00Z', duration: 'PT1M' },
    },
  }) as unknown as Execution

describe('the status of an execution', () => {
  it.each(['FAILED', 'CANCELLED'] as const)('says that a program which is %s before its start never ran', (phase) => {
    const lines = statusLines(execution(phase, ['OFFERED', 'ACCEPTED', 'PREPARING', phase]), false).join('\n')
    expect(lines).toMatch(/^ {2}started +never$/m)
    expect(lines).toMatch(/^ {2}promised start +2026-11-24T/m)
    expect(lines).not.toMatch(/^ {2}(start|duration|end) /m)
  })
  it.each([
    ['FAILED', ['OFFERED', 'ACCEPTED', 'AVAILABLE', 'FAILED']],
    ['WAITING', ['OFFERED', 'ACCEPTED', 'WAITING']],
    ['OFFERED', ['OFFERED']],
  ] as const)('has the times of one that ran, or will: %s', (phase, phases) => {
    const lines = statusLines(execution(phase, phases), false).join('\n')
    for (const name of ['start', 'duration', 'end']) expect(lines).toMatch(new RegExp(`^ {2}${name} `, 'm'))
    expect(lines).not.toContain('never')
  })
})

describe('the list of executions', () => {
  it('cuts a name that is too long, and shows the others whole', () => {
    const shown = (name: string) => executionLines([execution('WAITING', [], name)]).join('\n')
    expect(shown('x'.repeat(200))).toContain(` ${'x'.repeat(39)}… `)
    expect(shown('🔭'.repeat(41))).toContain(` ${'🔭'.repeat(39)}… `)
    expect(shown('y'.repeat(40))).toContain(` ${'y'.repeat(40)} `)
    expect(statusLines(execution('WAITING', [], 'x'.repeat(200)), false)[0]).toContain('x'.repeat(200))
  })
})
