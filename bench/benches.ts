/** Every bench, in the order of the page. */
import type { Bench } from './benchmark.ts'
import { backlog } from './benches/backlog.ts'
import { booking } from './benches/booking.ts'
import { callers } from './benches/callers.ts'
import { dockerContainers } from './benches/docker-containers.ts'
import { dockerExecution } from './benches/docker-execution.ts'
import { expiry } from './benches/expiry.ts'
import { idleBroker } from './benches/idle-broker.ts'
import { manyExecutions } from './benches/many-executions.ts'
import { offerAccept } from './benches/offer-accept.ts'
import { offerSet } from './benches/offer-set.ts'
import { promisedStarts } from './benches/promised-starts.ts'
import { sideBySide } from './benches/side-by-side.ts'
import { simulatedExecution } from './benches/simulated-execution.ts'
import { twoProcesses } from './benches/two-processes.ts'
import { utilisation } from './benches/utilisation.ts'
import { wire } from './benches/wire.ts'

export const BENCHES: readonly Bench[] = [
  booking,
  utilisation,
  backlog,
  callers,
  offerSet,
  offerAccept,
  expiry,
  twoProcesses,
  simulatedExecution,
  manyExecutions,
  promisedStarts,
  idleBroker,
  dockerExecution,
  dockerContainers,
  sideBySide,
  wire,
]
