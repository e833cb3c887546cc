/** The checker of the storms: that it finds what is wrong, each kind of wrong by itself. */
import { describe, expect, it } from 'vitest'
import { overbooked, violations } from '../chaos/checks.ts'
import type { Acknowledged, Story } from '../chaos/clients.ts'
import type { ContainerEvent } from '../chaos/engine-log.ts'
import type { Change, ExecutionFact, Facts } from '../chaos/facts.ts'

const EXECUTION: ExecutionFact = {
  id: 'one',
  offer_set_id: 'set',
  phase: 'COMPLETED',
  start_at: 1_000,
  started_at: 1_100,
  ended_at: 2_000,
  given_back_at: 3_000,
  plan: { platform: 'simulated', poolId: 1, compute: { cores: 2, memoryGib: 1 } } as unknown as ExecutionFact['plan'],
}
const change = (number: number, event: string, from_phase: string, to_phase: string, position?: number): Change => ({
  number,
  execution_id: 'one',
  event,
  from_phase,
  to_phase,
  at: 1_000 + number,
  ...(position === undefined ? {} : { position }),
})
const FACTS: Facts = {
  offerSets: new Set(['set']),
  executions: [EXECUTION],
  changes: [
    change(1, 'accept', 'OFFERED', 'ACCEPTED'),
    change(3, 'prepare', 'ACCEPTED', 'PREPARING'),
    change(6, 'start', 'PREPARING', 'AVAILABLE'),
    change(7, 'finish', 'AVAILABLE', 'RELEASING'),
    change(10, 'complete', 'RELEASING', 'COMPLETED'),
  ],
  componentChanges: [
    change(2, 'accept', 'INITIALIZING', 'WAITING', 0),
    change(4, 'prepare', 'WAITING', 'PREPARING', 0),
    change(5, 'ready', 'PREPARING', 'AVAILABLE', 0),
    change(8, 'release', 'AVAILABLE', 'RELEASING', 0),
    change(9, 'released', 'RELEASING', 'COMPLETED', 0),
  ],
  components: [{ execution_id: 'one', position: 0, family: 'compute', phase: 'COMPLETED' }],
  errors: [],
  outputs: new Map([['one', 'done\n']]),
  holds: [],
  capacity: [{ pool_id: 1, resource: 'cores', amount: 4 }],
  work: 0,
}
const STORY: Story = { output: 'done\n', fails: false, needsData: false, cancelAsked: false, cancelAcknowledged: false }
const EVENTS: readonly ContainerEvent[] = [
  { execution: 'one', action: 'start', at: 1_150 },
  { execution: 'one', action: 'die', at: 2_000 },
]

function found(facts: Partial<Facts> = {}, story: Partial<Story> = {}, events = EVENTS): string[] {
  const acknowledged: Acknowledged = {
    offerSets: new Set(['set']),
    executions: new Map([['one', { ...STORY, ...story }]]),
    wrong: [],
  }
  return violations({ ...FACTS, ...facts }, acknowledged, events, [])
}
const execution = (what: Partial<ExecutionFact>) => ({ executions: [{ ...EXECUTION, ...what }] })

describe('the checker of the storms', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(found()).toEqual([])
  })
  it.each<[string, string[], RegExp]>([
    ['a lost offer set', found({ offerSets: new Set() }), /^the offer set set is lost$/],
    ['a lost acceptance', found({ ...execution({ start_at: null }), changes: [] }), /^the acceptance of one was/],
    ['a lost cancelling', found({}, { cancelAsked: true, cancelAcknowledged: true }), /^the cancelling of one was/],
    ['an execution that goes on', found(execution({ phase: 'AVAILABLE' })), /^one is AVAILABLE$/],
    ['something that is held', found(execution({ given_back_at: null })), /^one holds something$/],
    ['two winners', found({ executions: [EXECUTION, { ...EXECUTION, id: 'two' }] }), /^1 offer sets have more/],
    ['a booking that is left', found({ holds: [hold(0, 1, 1)] }), /^1 bookings are left/],
    ['work that is left', found({ work: 2 }), /^2 executions are left in the queue$/],
    ['a failure without a reason', found(execution({ phase: 'FAILED' })), /^one has failed and nothing says why$/],
    ['a failure that nobody programmed', found(execution({ phase: 'FAILED' })), /^one is FAILED: undefined$/],
    ['a cancelling by nobody', found(execution({ phase: 'CANCELLED' })), /^one was cancelled by nobody$/],
    ['another output', found({ outputs: new Map([['one', 'dome\n']]) }), /^one is COMPLETED and has written "dome/],
    ['a gap in a history', found({ changes: FACTS.changes.slice(1) }), /^one went from ACCEPTED, but it was OFFERED$/],
    [
      'a change that is not in the table',
      found({ changes: [change(1, 'accept', 'OFFERED', 'AVAILABLE')] }),
      /the table/,
    ],
    [
      'a second start',
      found({ changes: [...FACTS.changes, change(11, 'start', 'x', 'y')] }),
      /^one was started 2 times$/,
    ],
    [
      'a second start of the container',
      found({}, {}, [...EVENTS, { execution: 'one', action: 'start', at: 1_900 }]),
      /^the container of one was started 2 times$/,
    ],
    ['a start that was not to be', found({ changes: FACTS.changes.slice(0, 2) }), /should not have been$/],
    ['a start before its time', found(execution({ start_at: 1_101 })), /^one was started before its promised time$/],
    ['a start before all is ready', found({ componentChanges: [] }), /^one was started before all of it was ready$/],
    [
      'a container that runs before its data are there',
      found({}, {}, [{ execution: 'one', action: 'start', at: 1_004 }]),
      /^the container of one ran before its data were there$/,
    ],
    [
      'more running than there is room for',
      found({ capacity: [{ pool_id: 1, resource: 'cores', amount: 1 }] }),
      /^ran: 2 cores of 1 in pool 1$/,
    ],
  ])('finds %s', (_, sentences, pattern) => {
    expect(sentences.some((sentence) => pattern.test(sentence))).toBe(true)
  })
  it('counts what is held side by side, and not what follows', () => {
    const capacity = [{ pool_id: 1, resource: 'cores', amount: 2 }]
    expect(overbooked([hold(0, 5, 1), hold(5, 9, 2)], capacity)).toEqual([])
    expect(overbooked([hold(0, 6, 1), hold(5, 9, 2)], capacity)).toEqual(['3 cores of 2 in pool 1'])
  })
})

function hold(from_at: number, to_at: number, amount: number) {
  return { pool_id: 1, resource: 'cores', amount, from_at, to_at }
}
