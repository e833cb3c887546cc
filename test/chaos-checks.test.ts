/** The checker of the storms: that it finds what is wrong, each kind of wrong by itself. */
import { describe, expect, it } from 'vitest'
import { endedByThemselves, overbooked, violations } from '../chaos/checks.ts'
import type { Acknowledged, Story } from '../chaos/clients.ts'
import type { ContainerEvent } from '../chaos/engine-log.ts'
import type { Change, ExecutionFact, Facts } from '../chaos/facts.ts'
import { figuresOf, judge, measured, type Figure } from '../chaos/figures.ts'
import type { OwnEnd } from '../chaos/fleet.ts'
import type { Span } from '../chaos/storm.ts'
import { UNDISTURBED } from '../chaos/undisturbed.ts'
import { windowAt, windowsOf } from '../chaos/windows.ts'
import { wordsOf } from '../src/lifecycle/failing.ts'

const EXECUTION: ExecutionFact = {
  id: 'one',
  offer_set_id: 'set',
  phase: 'COMPLETED',
  start_at: 1_000,
  prepare_at: 1_000,
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
const STORY: Story = {
  of: 'a client',
  platform: 'simulated',
  output: 'done\n',
  fails: false,
  needsData: false,
  cancelAsked: false,
  cancelAcknowledged: false,
}
const EVENTS: readonly ContainerEvent[] = [
  { execution: 'one', action: 'start', at: 1_150 },
  { execution: 'one', action: 'die', at: 2_000 },
]

function found(
  facts: Partial<Facts> = {},
  story: Partial<Story> = {},
  events = EVENTS,
  engineAway: readonly Span[] = [],
): string[] {
  const acknowledged: Acknowledged = {
    offerSets: new Set(['set']),
    executions: new Map([['one', { ...STORY, ...story }]]),
    wrong: [],
  }
  return violations({ ...FACTS, ...facts }, acknowledged, events, engineAway)
}
const atEngine: Partial<Facts> = {
  executions: [{ ...EXECUTION, phase: 'FAILED', plan: { ...EXECUTION.plan, platform: 'engine' } }],
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
    [
      'a failure that nobody programmed',
      found(execution({ phase: 'FAILED' })),
      /^one of a client is FAILED: undefined$/,
    ],
    [
      'a failure at an engine that was there',
      found(atEngine, { platform: 'engine' }),
      /^one of a client is FAILED: undefined$/,
    ],
    ['what cannot complete and does', found({}, { fails: true }), /^one of a client cannot complete and is COMPLETED$/],
    [
      'a mistake of the broker',
      found({ errors: [{ execution_id: 'one', text: `Staging failed: ${wordsOf(new TypeError())}` }] }),
      /^one was told of a mistake of the broker: Staging/,
    ],
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

it('a failure at an engine that was away meanwhile is none of the broker', () => {
  const sentence = 'one of a client is FAILED: undefined'
  expect(found(atEngine, { platform: 'engine' }, EVENTS, [{ fromAt: 1_005, toAt: 1_500 }])).not.toContain(sentence)
  expect(found(atEngine, { platform: 'engine' }, EVENTS, [{ fromAt: 1_500, toAt: 1_600 }])).toContain(sentence)
})

describe('a process that ended by itself is found', () => {
  const END: OwnEnd = {
    name: 'worker-3',
    fromAt: 100,
    toAt: 200,
    code: 1,
    signal: null,
    cameUp: false,
    lastWords: 'TypeError',
  }
  const away = [{ fromAt: 150, toAt: 160 }]
  it.each<[string, Partial<OwnEnd>, Span[]]>([
    ['after it had answered', { cameUp: true }, away],
    ['before, while its database was there', {}, [{ fromAt: 201, toAt: 300 }]],
    ['by a signal', { code: null, signal: 'SIGSEGV' }, away],
    ['by a crash', { code: 134 }, away],
  ])('%s', (_, end, databaseAway) => {
    const [sentence] = endedByThemselves([{ ...END, ...end }], databaseAway)
    expect(sentence).toContain(
      `worker-3 ended by itself with ${end.signal ?? end.code ?? 1}, and said at last:\nTypeError`,
    )
  })
  it('and one that could not begin without its database is not', () => {
    expect(endedByThemselves([END], away)).toEqual([])
  })
})

describe('the windows of a storm', () => {
  it('are calm and hostile in turns, as many of each, and fill it', () => {
    const windows = windowsOf(0, 600_000)
    expect(windows).toHaveLength(20)
    expect(windows.filter(({ hostile }) => hostile)).toHaveLength(10)
    expect(windows.every(({ fromAt, toAt }, index) => toAt - fromAt === 30_000 && fromAt === index * 30_000)).toBe(true)
  })
  it('are two in a short storm', () => {
    expect(windowsOf(1_000, 25_000)).toEqual([
      { hostile: false, fromAt: 1_000, toAt: 13_000 },
      { hostile: true, fromAt: 13_000, toAt: 25_000 },
    ])
  })
  it('leave out what may still suffer from the window before', () => {
    const kinds = [0, 10_000, 29_999, 30_000, 59_999, 60_000, 70_000].map((at) => windowAt(windowsOf(0, 120_000), at))
    expect(kinds).toEqual([undefined, 'calm', 'calm', 'hostile', 'hostile', undefined, 'calm'])
    expect(windowAt(windowsOf(0, 120_000), 120_000)).toBeUndefined()
  })
})

describe('the undisturbed user', () => {
  const figure = (calmMs: number, hostileMs: number, samples = 100): Figure => ({
    platform: 'simulated',
    what: 'preparation',
    calm: { p99Ms: calmMs, samples: 100 },
    hostile: { p99Ms: hostileMs, samples },
  })
  const judged = (...figures: Figure[]) => judge(figures, ['simulated'])
  it('was disturbed when the p99 is more than twice as long', () => {
    expect(judged(figure(1_000, 2_000))).toEqual({ disturbed: [], unproved: [] })
    expect(judged(figure(1_000, 2_001))).toEqual({
      disturbed: [expect.stringMatching(/2001 ms .* 1000 ms .*100 and 100/)],
      unproved: [],
    })
  })
  it.each<[string, Figure]>([
    ['beside hostile neighbours', figure(1_000, 9_000, 99)],
    ['without them', { ...figure(1_000, 9_000), calm: { p99Ms: 1_000, samples: 99 } }],
    ['at all', figure(0, 0, 0)],
    ['though all is well', figure(1_000, 1_000, 99)],
  ])('is not judged by few samples %s, and the report says so', (_, few) => {
    expect(judged(few)).toEqual({
      disturbed: [],
      unproved: [expect.stringMatching(/preparation on simulated: .* each has to be 100; .* --minutes$/)],
    })
  })
  it('is not judged where nothing was measured, and the report says so', () => {
    expect(judge([figure(1_000, 2_000)], ['simulated', 'engine'])).toEqual({
      disturbed: [],
      unproved: [expect.stringMatching(/disturbed on engine: nothing was measured there$/)],
    })
  })
  it('has a p99 by the nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index)
    expect(measured(values)).toEqual({ p99Ms: 198, samples: 200 })
    expect(measured([7])).toEqual({ p99Ms: 7, samples: 1 })
    expect(measured([])).toEqual({ p99Ms: 0, samples: 0 })
  })
  it('is measured from when preparation was due until all was ready', () => {
    const windows = [{ hostile: true, fromAt: 0, toAt: 2_000 }]
    const story = { ...STORY, of: UNDISTURBED }
    const measure = (what: Partial<ExecutionFact>, of = story) => {
      const acknowledged = { offerSets: new Set<string>(), executions: new Map([['one', of]]), wrong: [] }
      return figuresOf({ ...FACTS, ...execution(what) }, acknowledged, windows).map(({ hostile }) => hostile.p99Ms)
    }
    // Accepted at 1001, prepared at 1003, ready at 1005.
    expect(measure({ start_at: 1_100, prepare_at: 1_002 })).toEqual([99, 3])
    expect(measure({ start_at: 1_100, prepare_at: 900 })).toEqual([99, 4])
    expect(measure({ start_at: 1_100, prepare_at: 1_090 }), 'begun early').toEqual([99, 2])
    expect(measure({}, STORY), 'somebody else').toEqual([])
  })
})

function hold(from_at: number, to_at: number, amount: number) {
  return { pool_id: 1, resource: 'cores', amount, from_at, to_at }
}
