/** Puts the broker together and starts it. The only file that knows every part. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { AwayLog } from './away-log.ts'
import { BookingQueue } from './booking/booking-queue.ts'
import { Decisions } from './booking/decisions.ts'
import { Ledger } from './booking/ledger.ts'
import { milliseconds } from './config.ts'
import type { Config } from './config-schema.ts'
import { until, type Clock } from './domain/clock.ts'
import { idSource, type IdSource } from './domain/ids.ts'
import type { Tracing } from './domain/tracing.ts'
import type { EnginePlaces } from './engine-places.ts'
import type { HttpContext } from './http/context.ts'
import { Turns, TurnsAt } from './data/turns.ts'
import { dataPlaces, lowestRate, spoolHere, transferPlaces } from './data-here.ts'
import { delegationsOf } from './delegations-here.ts'
import { identitiesHere } from './identities-here.ts'
import type { Delegations } from './delegation/delegations.ts'
import type { Endpoint } from './http/endpoints.ts'
import { DrainedPools } from './http/drained-pools.ts'
import { Figures } from './http/figures.ts'
import { HeldAnswers } from './http/held-answers.ts'
import { LARGE_AT_ONCE, LargeAnswers } from './http/large-answers.ts'
import { KeptLimit } from './http/kept-limit.ts'
import { Looks } from './http/looks.ts'
import { buildServer } from './http/server.ts'
import { httpSettings } from './http-settings.ts'
import { startDuty, type Duty } from './lifecycle/duty.ts'
import { EarlyStarts } from './lifecycle/early-starts.ts'
import { Engine } from './lifecycle/engine.ts'
import { EstimateBook } from './lifecycle/estimate-book.ts'
import { expireDue } from './lifecycle/expiry.ts'
import { keepHouse } from './lifecycle/housekeeping.ts'
import { JointWork } from './lifecycle/joint-work.ts'
import { forgetOldKeys } from './lifecycle/old-keys.ts'
import { LifeLog } from './lifecycle/life-log.ts'
import { Signals } from './lifecycle/signals.ts'
import type { ConfiguredPool } from './lifecycle/survey.ts'
import type { WorkerContext } from './lifecycle/worker-context.ts'
import { openDatabase } from './open-database.ts'
import { keepShare } from './open-share.ts'
import { recognised } from './platform-identity.ts'
import { choosePlatforms, openPlatform, type ChosenPlatform, type PlatformSurroundings } from './platforms-here.ts'
import type { Platform } from './platforms/platform.ts'
import { laneLimits } from './lane-limits.ts'
import { listen } from './listen.ts'
import { refuseOpenNetwork } from './open-network.ts'
import { knownRegistries, RegistryLogins } from './registries-here.ts'
import { roleOf } from './roles.ts'
import { identityNotes } from './identity-note.ts'
import { SiteRules } from './policies-here.ts'
import { Reloading, type Reloaded } from './reload.ts'
import { bytesPerUser, refuseSmallRoom, retentionOf } from './retention.ts'
import * as broker from './store/broker.ts'
import { becauseFull } from './store/data-directory.ts'
import { migrate } from './store/migrate.ts'
import * as work from './store/work.ts'
import { enterPlatform, type EnteredPlatform, type StartDuty } from './tend-platform.ts'

/** How often what other brokers on the same database have learned is read, in milliseconds. */
const ESTIMATES_EVERY_MS = 30_000
const DUTY_RETRY_MS = 2_000

/** A broker that runs. */
export interface RunningBroker {
  /** Where it is reached. */
  readonly url: string
  /** What a person should know who has just started it. A password that was made is in here and nowhere else. */
  readonly notes: readonly string[]
  /**
   * Takes over what a changed configuration says of platforms, pools, prices and policies; see `reload.ts`. One at a time.
   * Throws UNPROCESSABLE, and changes nothing, for policies that cannot be understood.
   */
  reload(config: Config): Promise<Reloaded>
  /**
   * Stops it: it says at once that it is not ready, answers for `shutdown.readinessDelay` or until `hurry` is aborted, and
   * then ends; what is being done is handed over or goes on later.
   */
  stop(hurry?: AbortSignal): Promise<void>
}

/** What a broker is started with, beside its configuration. */
export interface Surroundings {
  readonly clock: Clock
  readonly logger: FastifyBaseLogger
  /** Left out where nobody collects traces. */
  readonly tracing?: Tracing | undefined
  /** The places at which an engine is looked for when the configuration names no socket. */
  readonly engines: EnginePlaces
}

/** Starts a broker. Throws a BrokerError whose detail is a sentence for the operator. */
export async function startBroker(config: Config, surroundings: Surroundings): Promise<RunningBroker> {
  refuseOpenNetwork(config)
  refuseSmallRoom(config)
  // What was opened is closed in reverse order, also when the start fails half-way.
  const closing: (() => Promise<void>)[] = []
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close()
  }
  const leaving = new AbortController()
  try {
    const started = await start(config, surroundings, closing, leaving.signal)
    return {
      ...started,
      async stop(hurry) {
        leaving.abort()
        await stillAnswering(config, surroundings.clock, hurry)
        await closeAll()
      },
    }
  } catch (error) {
    await closeAll()
    throw await becauseFull(resolve(config.dataDirectory), error)
  }
}

/** Returns when whoever sends requests here has had the time to see that they belong elsewhere. */
async function stillAnswering({ shutdown }: Config, clock: Clock, hurry?: AbortSignal): Promise<void> {
  if (shutdown.readinessDelay === undefined) return
  const overAt = clock.now() + milliseconds(shutdown.readinessDelay)
  // The only way for this wait to be rejected is that somebody is in a hurry.
  await until(clock, overAt, hurry).catch(() => undefined)
}

async function start(
  config: Config,
  { clock, logger, tracing, engines }: Surroundings,
  closing: (() => Promise<void>)[],
  leaving: AbortSignal,
): Promise<Omit<RunningBroker, 'stop'>> {
  const awayLog = new AwayLog(
    (level, text, details = {}) => logger[level]({ ...details, err: details.error, error: undefined }, text),
    clock,
  )
  const { log } = awayLog
  const role = roleOf(config)
  // Before anything is opened: what is wrong with a policy is told at once.
  const figures = new Figures()
  const rules = await SiteRules.open(config, clock, figures, log)
  closing.push(() => rules.close())
  const directory = resolve(config.dataDirectory)
  const database = await openDatabase(config, directory, awayLog, closing)
  await migrate(database, clock.now())
  // The lock of the data directory tells that whoever worked on this database is gone.
  if (database.kind === 'embedded') await work.takeBackLeases(database)
  const brokerId = await broker.identify(database, randomBytes(5).toString('hex'), clock.now())

  const logins = new RegistryLogins(knownRegistries(config))
  const platformSurroundings: PlatformSurroundings = {
    clock,
    directory,
    brokerId,
    outputBytesMax: config.execution.outputBytes,
    engines,
    loginAt: logins.at,
    digestOfTag: rules.digestOfTag,
    log,
  }
  const { platforms, notes: platformNotes } = await choosePlatforms(config.platforms, platformSurroundings)
  const foreign = new Set<string>()
  const recognise = (platform: Platform) => recognised(platform, { database, clock }, foreign)
  const chosen = platforms.map(({ platform, config: its }) => ({ platform: recognise(platform), config: its }))
  const opened = chosen.map(({ platform }) => platform)
  closing.push(async () => {
    await Promise.all(opened.map((platform) => platform.close()))
  })
  const configuredPools: ConfiguredPool[] = []
  const away = new Map<string, string>()

  const signals = new Signals()
  await signals.listen(database)
  const entered = new Map<string, EnteredPlatform>()
  const { source, sink } = dataPlaces(config)
  const delegations = delegationsOf(config.identity, { database, clock })
  const estimates = new EstimateBook(config.data.expectedRate, (...part) => figures.partPrepared(...part))
  await estimates.refresh(database)
  const ledger = new Ledger(clock)
  const worker = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`
  const context: WorkerContext = {
    clock,
    database,
    ledger,
    worker,
    joint: new JointWork(database, ledger, clock, worker),
    settings: {
      outputBytesMax: config.execution.outputBytes,
      transferAttempts: config.data.attempts,
      lowestRate: lowestRate(config),
      keepUnsavedMs: milliseconds(config.data.keepUnsaved),
      keepShare: keepShare(config),
    },
    patience: {
      platformMs: milliseconds(config.execution.platformPatience),
      attemptsMax: config.execution.attempts,
      attemptsInAll: config.execution.attemptsInAll,
    },
    log,
    life: new LifeLog(database, log),
    tracing,
    source,
    sink,
    bearerFor: (execution, location) => delegations?.forOwner(execution, location),
    estimates,
    chance: Math.random,
    onEnd: (phase) => figures.executionEnded(phase),
    spool: await spoolHere(config, directory),
    places: transferPlaces(config),
    platform: (name) => opened.find((platform) => platform.name === name),
    foreign,
  }

  const duties: Duty[] = []
  closing.push(async () => {
    await Promise.all(duties.map((duty) => duty.stop()))
  })
  const duty: StartDuty = (name, ...does) => void duties.push(startDuty(name, clock, log, DUTY_RETRY_MS, ...does))
  const tending = {
    context,
    duty,
    closing,
    away,
    observeEveryMs: milliseconds(config.execution.observeEvery),
    measureEveryMs: milliseconds(config.execution.measureEvery),
    measureRootEveryMs: milliseconds(config.execution.measureRootEvery),
    measured: (platform: string, bytes: number) => figures.storageMeasured(platform, bytes),
  }
  const enter = async (one: ChosenPlatform) => {
    const { platform } = one
    const offer = (pools: readonly ConfiguredPool[]) => {
      const others = configuredPools.filter((pool) => pool.platform !== platform)
      configuredPools.splice(0, Infinity, ...others, ...pools)
    }
    entered.set(platform.name, await enterPlatform(one, offer, tending, role.works))
  }
  for (const one of chosen) await enter(one)
  // Whoever is there does it: an offer ends at its time also where only one kind of process is left.
  duty('ending offers', () => expireDue(database, clock))
  duty('reading estimates', async () => {
    await estimates.refresh(database)
    return clock.now() + ESTIMATES_EVERY_MS
  })
  if (role.works) beginToWork(config, context, signals, duty, closing)
  if (role.works && config.execution.startEarly) {
    const early = new EarlyStarts(context, configuredPools, (earlierMs) => figures.startedEarly(earlierMs))
    duty('starting early', () => early.turn(), early.wakes(signals))
  }

  const ids = idSource(() => clock.now())
  const stopping = new AbortController()
  const server = buildServer(
    httpContext(
      config,
      context,
      ids,
      signals,
      figures,
      configuredPools,
      away,
      opened,
      role.endpoints,
      rules,
      delegations,
      {
        leaving,
        stopping: stopping.signal,
      },
    ),
    logger,
  )
  closing.push(async () => {
    stopping.abort()
    await server.stop()
  })
  // What needs the database comes first: a broker that has answered already does not fail to start.
  const notes = [...platformNotes, ...(await identityNotes(config, context, ids))]
  const url = await listen(server.app, config.listen)
  const reloading = new Reloading(
    {
      platforms: entered,
      addPlatform: async (added) => {
        const platform = recognise(await openPlatform(added, platformSurroundings))
        opened.push(platform)
        await enter({ platform, config: added })
      },
      changePolicies: async (next) => {
        const registries = knownRegistries(next)
        await rules.change(next)
        logins.change(registries)
      },
    },
    config,
  )
  return { url, notes, reload: (changed) => reloading.reload(changed) }
}

/** Moves executions on, and lets records go. */
function beginToWork(
  config: Config,
  context: WorkerContext,
  signals: Signals,
  duty: StartDuty,
  closing: (() => Promise<void>)[],
): void {
  const { database, clock } = context
  duty('keeping house', () => keepHouse(database, clock, retentionOf(config)))
  duty('forgetting old keys', () => forgetOldKeys(database, clock))
  const engine = new Engine(context, signals, {
    limits: laneLimits(config),
    leaseMs: milliseconds(config.execution.lease),
    pollMs: milliseconds(config.execution.observeEvery),
  })
  engine.start()
  closing.push(() => engine.stop())
}

function httpContext(
  config: Config,
  { clock, database, ledger, life, source, sink, estimates, tracing }: WorkerContext,
  ids: IdSource,
  signals: Signals,
  figures: Figures,
  configuredPools: readonly ConfiguredPool[],
  away: ReadonlyMap<string, string>,
  platforms: readonly Platform[],
  served: readonly Endpoint[],
  rules: SiteRules,
  delegations: Delegations | undefined,
  ending: Pick<HttpContext, 'leaving' | 'stopping'>,
): HttpContext {
  return {
    database,
    clock,
    signals,
    looks: new Looks(database),
    figures,
    tracing,
    platforms,
    get policies() {
      return rules.policies
    },
    get quotas() {
      return rules.quotas
    },
    ...ending,
    kept: new KeptLimit(database, clock, bytesPerUser(config), retentionOf(config)),
    held: new HeldAnswers(config.rateLimits.openPerCaller),
    large: new LargeAnswers(new Turns(LARGE_AT_ONCE, 1)),
    drained: new DrainedPools(database, clock),
    ledger,
    life,
    booking: new BookingQueue(database, ledger, clock, ids),
    decisions: new Decisions(database, clock),
    ids,
    ...identitiesHere(config.identity, { database, clock, ids }),
    delegations,
    survey: {
      clock,
      pools: configuredPools,
      away,
      source,
      sink,
      estimates,
      describeTimeoutMs: milliseconds(config.data.answerWithin),
      surveyTimeoutMs: milliseconds(config.data.surveyWithin),
      questions: new TurnsAt(config.data.questionsPerHost),
    },
    settings: httpSettings(config, served),
  }
}
