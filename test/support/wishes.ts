/** Requests as booking gets them, already read and surveyed: for tests and benches below HTTP. */
import type { PoolCandidate } from '../../src/booking/offers.ts'
import type { Wish } from '../../src/booking/booking-batch.ts'
import type { OfferLimits } from '../../src/booking/slot-search.ts'
import type { StartWindow } from '../../src/domain/dates.ts'
import type { AcceleratorRequest } from '../../src/domain/execution-request.ts'
import type { Amounts, Range } from '../../src/domain/resources.ts'

export interface WishedFor {
  readonly owner?: string
  readonly pools: readonly { readonly poolId: number; readonly capacity: Amounts }[]
  readonly cores: Range
  readonly memory?: Range
  /** GiB of one storage resource; 0 for none. */
  readonly storage?: number
  readonly accelerators?: AcceleratorRequest
  readonly durationMs: number
  readonly starts?: readonly StartWindow[]
  readonly prepareMs?: number
  readonly releaseMs?: number
  readonly limits: OfferLimits
  readonly direct?: boolean
}

/** A wish for a container with these needs. */
export function wish(wanted: WishedFor): Wish {
  const { prepareMs = 0, releaseMs = 0, storage = 0, memory = { min: 1, max: 1 } } = wanted
  const none = { prepareMs: 0, releaseMs: 0 }
  const candidates = wanted.pools.map(({ poolId, capacity }): PoolCandidate => ({
    platform: 'simulated',
    pool: `pool-${poolId}`,
    poolId,
    capacity,
    survey: {
      executable: { prepareMs, releaseMs: 0 },
      compute: { prepareMs: 0, releaseMs },
      storage: storage > 0 ? [none] : [],
      data: [],
      messages: [],
    },
  }))
  return {
    direct: wanted.direct ?? false,
    limits: wanted.limits,
    asked: {
      owner: wanted.owner ?? 'somebody',
      name: 'a test',
      description: undefined,
      spelling: 'own',
      body: { executable: { image: { locations: ['example.org/test:1'] } }, duration: wanted.durationMs },
      messages: [],
      candidates,
      request: {
        executable: {
          type: 'docker-container',
          image: { locations: ['example.org/test:1'], architecture: 'amd64', os: 'linux' },
          command: [],
          environment: {},
          privileged: false,
          ports: [],
        },
        compute: {
          cores: wanted.cores,
          memory,
          ...(wanted.accelerators ? { accelerators: wanted.accelerators } : {}),
          volumes: [],
        },
        storage: storage > 0 ? [{ size: { min: storage, max: storage }, implied: false }] : [],
        data: [],
        durationMs: wanted.durationMs,
        starts: (wanted.starts ?? []).map((window) => ({ ...window, pointer: '/schedule/requested/start' })),
      },
    },
  }
}
