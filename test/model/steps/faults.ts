/** What can happen to a call, and what has to become of the execution then. */
import { BrokerError, type ErrorCode } from '../../../src/domain/errors.ts'
import { discard, type Callee, type Happening, type Point } from './outside.ts'

/** What a fault can do beside failing. */
export interface Powers {
  /** Ends the process of the worker. */
  readonly endWorker: () => void
  /** Has another worker take over; resolves when that has done all there is to do. */
  readonly another: () => Promise<void>
  /** Lets the worker lose its lease, as it does when it could not renew it. */
  readonly loseLease: () => void
  /** A client cancels the execution, and the worker is told. */
  readonly cancel: () => Promise<void>
}

export interface Fault {
  readonly title: string
  /** What it is tried on. */
  readonly to: (point: Point) => boolean
  readonly happens: (powers: Powers) => Happening
  /** What becomes of the execution: as without the fault, CANCELLED, or FAILED with a reason. */
  readonly becomes: (point: Point) => 'the same' | 'CANCELLED' | 'FAILED'
  /** The call may come when everything was given back; what it makes then is found as left over. */
  readonly isLate?: true
}

/** A transaction is done or not, so within one there is nothing but failing. */
const changesSomething = ({ callee, onlyReads }: Point) => callee !== 'transaction' && !onlyReads
/** To a worker whose database is away it makes no difference whether the worker is still there. */
const isFar = ({ callee }: Point) => callee !== 'transaction' && callee !== 'database'

/** Nobody answered, and trying again makes sense. */
const PASSING: Readonly<Record<Callee, ErrorCode>> = {
  platform: 'PLATFORM_UNAVAILABLE',
  source: 'DATA_INTERRUPTED',
  sink: 'DATA_INTERRUPTED',
  database: 'UNAVAILABLE',
  transaction: 'UNAVAILABLE',
}
/** The answer was no. */
const FINAL = { platform: 'PLATFORM_REFUSED', source: 'DATA_UNAVAILABLE', sink: 'DATA_UNAVAILABLE' } as const

const same = () => 'the same' as const
const passing = ({ callee }: Point) => new BrokerError(PASSING[callee], 'nobody answered, as planned')

/** What cannot be given back is tried again, whatever the reason; everything else fails the execution. */
const failsUnlessReleasing = ({ verb }: Point) => (verb === 'release' ? 'the same' : 'FAILED')

/** The process of the worker ends after it. */
export const ENDS_WORKER: Fault = {
  title: 'is the last before the worker ends',
  to: isFar,
  happens:
    ({ endWorker }) =>
    async (call) => {
      const answer = await call()
      discard(answer)
      endWorker()
      return answer
    },
  becomes: same,
}

export const FAULTS: readonly Fault[] = [
  {
    title: 'fails before it has any effect',
    to: () => true,
    happens: () => async (_, point) => {
      throw passing(point)
    },
    becomes: same,
  },
  {
    title: 'has its effect, and the answer is lost',
    to: changesSomething,
    happens: () => async (call, point) => {
      discard(await call())
      throw passing(point)
    },
    becomes: same,
  },
  {
    title: 'is refused',
    to: isFar,
    happens:
      () =>
      async (_, { callee }) => {
        throw new BrokerError(FINAL[callee as keyof typeof FINAL], 'it is not done, as planned')
      },
    // A link is no file to some platforms, which refuse to read it; the result is under its own name then.
    becomes: (point) => (/ readFile \S+ content\b/.test(point.name) ? 'the same' : failsUnlessReleasing(point)),
  },
  ENDS_WORKER,
  {
    title: 'happens only after another worker has done everything',
    to: isFar,
    happens:
      ({ another }) =>
      async (call) => {
        await another()
        return call()
      },
    becomes: same,
    isLate: true,
  },
  {
    title: 'finds the lease lost',
    to: isFar,
    happens:
      ({ loseLease }) =>
      async (call) => {
        loseLease()
        return call()
      },
    becomes: same,
    isLate: true,
  },
  {
    title: 'happens when a client has just cancelled',
    to: isFar,
    happens:
      ({ cancel }) =>
      async (call) => {
        await cancel()
        return call()
      },
    becomes: () => 'CANCELLED',
  },
  {
    title: 'is the last before the worker ends and a client cancels',
    to: isFar,
    happens:
      ({ cancel, endWorker }) =>
      async (call) => {
        discard(await call())
        await cancel()
        endWorker()
        return new Promise(() => undefined)
      },
    becomes: () => 'CANCELLED',
  },
]
