/** Where data come from and where results go, as the configuration says. */
import { join } from 'node:path'
import { milliseconds } from './config.ts'
import type { Config } from './config-schema.ts'
import { AddressGuard } from './data/address-guard.ts'
import type { Bearer } from './data/bearer.ts'
import type { DataSink } from './data/data-sink.ts'
import type { DataSource } from './data/data-source.ts'
import { HttpsSink } from './data/https/https-sink.ts'
import { HttpsSource } from './data/https/https-source.ts'
import type { LowestRate } from './data/rate-meter.ts'
import { Spool } from './data/spool.ts'
import { Turns, TurnsAt } from './data/turns.ts'
import type { WorkerContext } from './lifecycle/worker-context.ts'
import { freeBytes, makeDirectory } from './store/data-directory.ts'

/** The source and the sink for a URL by its scheme. */
export function dataPlaces(config: Config): Pick<WorkerContext, 'source' | 'sink'> {
  const { allowedNetworks, allowedHosts } = config.data
  const connections = {
    guard: new AddressGuard({ allowedNetworks, ...(allowedHosts ? { allowedHosts } : {}) }),
    userAgent: 'execution-broker',
    connectTimeoutMs: 10_000,
    idleTimeoutMs: milliseconds(config.data.silence),
    redirectsMax: 5,
  }
  const sources: DataSource[] = [new HttpsSource(connections)]
  const sinks: DataSink[] = [new HttpsSink(connections)]
  return {
    source: (location, bearer) => placeFor(sources, location, bearer),
    sink: (location, bearer) => placeFor(sinks, location, bearer),
  }
}

/** The most executions of one platform whose output is read at one time in a process: each holds what is kept. */
const OUTPUTS_AT_ONCE = 4

/** The places for transfers in this process. */
export function transferPlaces({ data }: Config): WorkerContext['places'] {
  return {
    staging: new Turns(data.concurrency),
    saving: new Turns(data.savingConcurrency),
    outputs: new TurnsAt(OUTPUTS_AT_ONCE),
  }
}

/** The spool of this process, in the data directory. */
export async function spoolHere({ data }: Config, dataDirectory: string): Promise<Spool> {
  const directory = join(dataDirectory, 'spool')
  await makeDirectory(directory)
  const spool = new Spool(directory, data.spool, () => freeBytes(directory))
  await spool.tidy()
  return spool
}

/** Lowest rate that a transfer has to reach. */
export function lowestRate({ data }: Config): LowestRate {
  return { bytesPerSecond: data.lowestRate, overMs: milliseconds(data.lowestRateOver) }
}

function placeFor<Place extends { readonly schemes: readonly string[]; as(bearer: Bearer): Place }>(
  places: readonly Place[],
  { protocol }: URL,
  bearer: Bearer | undefined,
): Place | undefined {
  const place = places.find(({ schemes }) => schemes.includes(protocol))
  return bearer ? place?.as(bearer) : place
}
