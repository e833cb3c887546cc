import { describe, expect, it } from 'vitest'
import { COMPONENT_PHASES, COMPONENT_TRANSITIONS, componentLifecycle } from './component-lifecycle.ts'
import { EXECUTION_PHASES, EXECUTION_TRANSITIONS, executionLifecycle } from './execution-lifecycle.ts'
import type { Lifecycle } from './transition-table.ts'

const machines: [string, Lifecycle<string, string>, string][] = [
  ['an execution', executionLifecycle, 'OFFERED'],
  ['a component', componentLifecycle, 'INITIALIZING'],
]

describe.each(machines)('the life of %s', (_, machine, first) => {
  const events = [...new Set(machine.transitions.map(({ event }) => event))]

  describe.each(machine.phases)('in phase %s', (phase) => {
    it.each(events)('%s leads where the table says, or nowhere', (event) => {
      const rows = machine.transitions.filter((row) => row.event === event && row.from.includes(phase))
      expect(rows.length, 'an event is not ambiguous').toBeLessThanOrEqual(1)
      expect(machine.nextPhase(phase, event)).toBe(rows[0]?.to)
    })
    it('is left, or terminal', () => {
      const left = machine.transitions.some(({ from }) => from.includes(phase))
      expect(machine.isTerminal(phase)).toBe(!left)
    })
    it('offers the client what the client may cause, and nothing else', () => {
      for (const transition of machine.clientTransitions(phase)) {
        expect(transition.cause).toBe('client')
        expect(machine.nextPhase(phase, transition.event)).toBe(transition.to)
      }
    })
  })

  it('reaches every phase from the first', () => {
    const reached = new Set([first])
    for (let size = 0; size !== reached.size;) {
      size = reached.size
      for (const { from, to } of machine.transitions) if (from.some((phase) => reached.has(phase))) reached.add(to)
    }
    expect([...reached].sort()).toEqual([...machine.phases].sort())
  })
})

describe('the life of an execution', () => {
  it('can be failed and cancelled from every phase that is not terminal', () => {
    for (const phase of EXECUTION_PHASES.filter((one) => !executionLifecycle.isTerminal(one))) {
      expect(executionLifecycle.nextPhase(phase, 'fail')).toBe('FAILED')
      expect(executionLifecycle.nextPhase(phase, 'cancel')).toBe('CANCELLED')
    }
  })
  it('goes through its phases in their order when nothing happens to it', () => {
    const events = ['accept', 'wait', 'prepare', 'start', 'finish', 'complete'] as const
    const phases = events.reduce<string[]>(
      (been, event) => [...been, executionLifecycle.nextPhase(been.at(-1) as 'OFFERED', event) ?? '?'],
      ['OFFERED'],
    )
    expect(phases).toEqual(['OFFERED', 'ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE', 'RELEASING', 'COMPLETED'])
  })
  it('names phases and causes of the standard only', () => {
    for (const { from, to } of EXECUTION_TRANSITIONS)
      for (const phase of [...from, to]) expect(EXECUTION_PHASES).toContain(phase)
    for (const { from, to } of COMPONENT_TRANSITIONS)
      for (const phase of [...from, to]) expect(COMPONENT_PHASES).toContain(phase)
  })
})
