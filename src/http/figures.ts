/** The figures that operators watch, in the text format of Prometheus. All are of this process but those of the queue. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Clock } from '../domain/clock.ts'
import { isBrokerError } from '../domain/errors.ts'
import type { ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ComponentFamily } from '../domain/execution-plan.ts'
import type { Database } from '../store/database.ts'
import * as work from '../store/work.ts'
import { afterwards } from './at-once.ts'
import type { HttpContext } from './context.ts'
import { END_PHASES, SiteFigures } from './site-figures.ts'

const DURATION_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]
const EARLIER_BUCKETS = [1, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400]
const ERROR_BUCKETS = [-600, -60, -10, -1, -0.1, 0.1, 1, 10, 60, 600]

/** So many answers are entered into the histogram together. */
const ANSWERS_MAX = 256

interface AnswerLabels {
  readonly method: string
  readonly route: string
  readonly status: number
}

export class Figures {
  readonly #registry = new Registry()
  readonly #requests = new Histogram({
    name: 'broker_http_request_duration_seconds',
    help: 'How long answers took, with what was waited for on purpose.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [this.#registry],
  })
  /** Answers that are not in the histogram yet: one by one they cost several times as much as many together. */
  #answers: { readonly labels: AnswerLabels; readonly seconds: number }[] = []
  readonly #offerSets = this.#counter('broker_offer_sets_total', 'Offer sets made, by their result.', ['result'])
  readonly #offers = this.#counter('broker_offers_total', 'Offers made.', [])
  readonly #ended = this.#counter('broker_executions_ended_total', 'Executions that ended and gave all back.', [
    'phase',
  ])
  readonly #early = new Histogram({
    name: 'broker_start_earlier_seconds',
    help: 'How much earlier than promised executions were started because capacity was free.',
    buckets: EARLIER_BUCKETS,
    registers: [this.#registry],
  })
  readonly #estimates = new Histogram({
    name: 'broker_estimate_error_seconds',
    help: 'How much longer (or, below zero, shorter) a part was prepared than was estimated when it was offered.',
    labelNames: ['part'],
    buckets: ERROR_BUCKETS,
    registers: [this.#registry],
  })
  readonly #verdicts = this.#counter('broker_policy_verdicts_total', 'What the policies answered.', [
    'policy',
    'moment',
    'decision',
  ])
  readonly #policyFailures = this.#counter('broker_policy_failures_total', 'Policies that failed, and so denied.', [
    'policy',
  ])
  readonly #storageUsed = new Gauge({
    name: 'broker_storage_used_bytes',
    help: 'What the volumes of executions hold on a platform, as it was measured last.',
    labelNames: ['platform'],
    registers: [this.#registry],
  })
  readonly #databaseUp = this.#gauge('broker_database_up', 'Whether the database answers.')
  readonly #statements = this.#counter(
    'broker_database_statements_total',
    'Statements that were sent to the database, with those that begin and end transactions.',
    [],
  )
  #statementsCounted = 0
  readonly #site = new SiteFigures(this.#registry)
  readonly #due = this.#gauge('broker_queue_due', 'Executions that wait for a worker now.')
  readonly #leased = this.#gauge('broker_queue_leased', 'Executions that a worker is at.')
  readonly #later = this.#gauge('broker_queue_later', 'Executions whose next step is in the future.')
  readonly #parked = this.#gauge('broker_queue_parked', 'Executions whose work was parked; see GET /admin/work.')
  readonly #oldest = this.#gauge('broker_queue_oldest_seconds', 'How long the longest has waited for a worker.')

  /** Begins to measure the process, such as the lag of its event loop. */
  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    // A series that is not there yet cannot be told from one that is lost.
    for (const result of ['YES', 'NO']) this.#offerSets.inc({ result }, 0)
    for (const phase of END_PHASES) this.#ended.inc({ phase }, 0)
  }

  /** Measures every answer. The route is the pattern, so that there are as many series as routes. */
  measure(app: FastifyInstance): void {
    const observe = (request: FastifyRequest, reply: FastifyReply) => {
      const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode }
      this.#answers.push({ labels, seconds: reply.elapsedTime / 1000 })
      if (this.#answers.length === ANSWERS_MAX) this.#enterAnswers()
    }
    app.addHook('onResponse', afterwards(observe))
  }

  offerSetMade(result: 'YES' | 'NO', offers: number): void {
    this.#offerSets.inc({ result })
    this.#offers.inc(offers)
  }

  executionEnded(phase: ExecutionPhase): void {
    this.#ended.inc({ phase })
  }

  /** An execution starts earlier than promised. */
  startedEarly(earlierMs: number): void {
    this.#early.observe(earlierMs / 1000)
  }

  policyAnswered(policy: string, moment: 'offer' | 'accept', decision: 'allow' | 'deny' | 'cap'): void {
    this.#verdicts.inc({ policy, moment, decision })
  }

  policyFailed(policy: string): void {
    this.#policyFailures.inc({ policy })
  }

  /** A part of an execution was prepared; `estimatedMs` was promised. */
  partPrepared(part: ComponentFamily, estimatedMs: number, actualMs: number): void {
    this.#estimates.observe({ part }, (actualMs - estimatedMs) / 1000)
  }

  storageMeasured(platform: string, bytes: number): void {
    this.#storageUsed.set({ platform }, bytes)
  }

  /** All figures, those of the site and of the queue as they are now. */
  async text(context: HttpContext): Promise<string> {
    const { database, clock } = context
    this.#enterAnswers()
    await this.#lookAt(() => this.#site.look(context))
    await this.#lookAt(() => this.#lookAtQueue(database, clock))
    this.#statements.inc(database.statementsSent - this.#statementsCounted)
    this.#statementsCounted = database.statementsSent
    return this.#registry.metrics()
  }

  /** The figures with what they mean, for the page about them. */
  async described(): Promise<{ name: string; type: string; help: string; labels: readonly string[] }[]> {
    const all = await this.#registry.getMetricsAsJSON()
    return all.map(({ name, type, help }) => {
      const { labelNames = [] } = this.#registry.getSingleMetric(name) as { labelNames?: readonly string[] }
      return { name, type: String(type), help, labels: labelNames }
    })
  }

  /** The media type of `text`. */
  get contentType(): string {
    return this.#registry.contentType
  }

  #enterAnswers(): void {
    for (const { labels, seconds } of this.#answers) this.#requests.observe(labels, seconds)
    this.#answers = []
  }

  async #lookAtQueue(database: Database, clock: Clock): Promise<void> {
    const { due, leased, later, parked, oldestSeconds } = await work.queue(database, clock.now())
    this.#due.set(due)
    this.#leased.set(leased)
    this.#later.set(later)
    this.#parked.set(parked)
    this.#oldest.set(oldestSeconds)
  }

  async #lookAt(look: () => Promise<void>): Promise<void> {
    try {
      await look()
      this.#databaseUp.set(1)
    } catch (error) {
      // The figures of the process are of most use when the database is away.
      if (!isBrokerError(error, 'UNAVAILABLE')) throw error
      this.#databaseUp.set(0)
    }
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.#registry] })
  }
}

/** Adds the route. */
export function metricsRoute(app: FastifyInstance, context: HttpContext): void {
  const { figures } = context
  app.get('/metrics', { config: { oneForm: true, whileStopping: true } }, async (_request, reply) =>
    reply
      .header('Content-Type', figures.contentType)
      .header('Cache-Control', 'no-store')
      .send(await figures.text(context)),
  )
}
