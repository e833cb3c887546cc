/**
 * A service in a process of its own whose time on the processor is measured. Started by `served-wire.ts`, as one of two:
 *
 * - `broker`: the HTTP server of the broker, with everything that it does to a request and an answer, and nothing behind
 *   it. The offers are planned once; no database, no platform and no data source is asked.
 * - `bare`: the framework alone. It reads and writes JSON with what it has for that, takes other bodies as texts, and
 *   answers them with texts that are ready.
 *
 * It says its URL to the process that started it, and how much time it has taken whenever it is asked.
 */
import Fastify, { type FastifyRequest } from 'fastify'
import { pino } from 'pino'
import type { Wish } from '../src/booking/booking-batch.ts'
import { Replica } from '../src/booking/ledger.ts'
import { planOfferSet, type OfferedSet, type PoolCandidate } from '../src/booking/offers.ts'
import { PoolProfile } from '../src/booking/profile.ts'
import { TurnsAt } from '../src/data/turns.ts'
import { idSource } from '../src/domain/ids.ts'
import { RESOURCES, type Amounts } from '../src/domain/resources.ts'
import type { HttpContext } from '../src/http/context.ts'
import { Figures } from '../src/http/figures.ts'
import { TrustedProxies } from '../src/http/forwarded.ts'
import { QuotaDesk } from '../src/http/quota-desk.ts'
import { buildServer } from '../src/http/server.ts'
import { openIdentity } from '../src/identity/open/open-identity.ts'
import { EstimateBook } from '../src/lifecycle/estimate-book.ts'
import type { SurveyContext } from '../src/lifecycle/survey.ts'
import { PolicyChain } from '../src/policies/policy-chain.ts'
import type { PoolId } from '../src/store/pools.ts'
import { systemClock } from '../src/system-clock.ts'

/** What the process is told and asks. */
export type WireOrder =
  | { readonly serve: 'broker'; readonly offers: number }
  | { readonly serve: 'bare'; readonly answers: Readonly<Record<string, string>> }
  | { readonly tell: 'processor' }

/** What it says. */
export type WireWord = { readonly url: string } | { readonly processorMs: number }

const POOL = 1 as PoolId
const CAPACITY: Amounts = { cores: 64, memory: 256, storage: 1_000, accelerators: 0 }
const JSON_TYPE = 'application/json'
const DAY_MS = 86_400_000

/** No pool and no data: only what a survey of nothing needs. */
const SURVEY: SurveyContext = {
  clock: systemClock,
  pools: [],
  away: new Map(),
  source: () => undefined,
  sink: () => undefined,
  estimates: new EstimateBook(1),
  describeTimeoutMs: 10_000,
  surveyTimeoutMs: 30_000,
  questions: new TurnsAt(1),
}

process.on('message', (order: WireOrder) => void obey(order))

async function obey(order: WireOrder): Promise<void> {
  if ('tell' in order) return say({ processorMs: processorMs() })
  const app = order.serve === 'broker' ? brokerApp(order.offers) : bareApp(order.answers)
  return say({ url: await app.listen({ port: 0, host: '127.0.0.1' }) })
}

function say(word: WireWord): void {
  process.send?.(word)
}

function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** The server as it is in use, with a place behind it where everything is known already. */
function brokerApp(offers: number) {
  const stopping = new AbortController()
  const watch = { answered: () => undefined, failed: () => undefined }
  // The same is asked for again and again.
  let offered: OfferedSet | undefined
  const context = {
    identity: openIdentity,
    booking: { book: async (wish: Wish) => (offered ??= planned(wish)) },
    survey: SURVEY,
    policies: new PolicyChain([], watch, 1_000),
    quotas: new QuotaDesk([], watch),
    platforms: [],
    kept: { within: (_owner: string, _more: number, make: () => unknown) => make() },
    settings: {
      notation: 'json',
      endpoints: {},
      served: ['offers', 'executions'],
      open: false,
      requestTimeoutMs: 60_000,
      publicUrl: undefined,
      requestDefaults: { durationMs: 7_200_000 },
      offersPerSet: offers,
      offerLifetimeMs: 300_000,
      openShare: undefined,
      decideWithinMs: 30_000,
      durationMaxMs: 30 * DAY_MS,
      horizonMs: 30 * DAY_MS,
      graceMs: 10_000,
      standardId: 'ivo://example.org/std',
      corsOrigins: [],
      reads: 'private',
      tokenLifetimeMax: 'P1Y',
      tokensPerAccount: 100,
      rateLimits: {},
      retention: { refused: 'PT1H', offers: 'P1D', details: 'P30D', records: 'P365D', auditPerDay: 2_000 },
      waitMaxMs: 300_000,
      trustedProxies: new TrustedProxies([], 'x-forwarded'),
    } satisfies HttpContext['settings'],
    clock: systemClock,
    figures: new Figures(),
    leaving: stopping.signal,
    stopping: stopping.signal,
    drained: { now: async () => new Map(), forget: () => undefined },
  } as unknown as HttpContext
  return buildServer(context, pino({ level: 'error' })).app
}

function planned({ asked, limits }: Wish): OfferedSet {
  const now = systemClock.now()
  const capacity = RESOURCES.map((resource) => ({ resource, amount: CAPACITY[resource], fromAt: now - DAY_MS }))
  const none = { prepareMs: 0, releaseMs: 0 }
  const candidate: PoolCandidate = {
    platform: 'bench',
    pool: 'default',
    poolId: POOL,
    capacity: CAPACITY,
    survey: {
      executable: { prepareMs: 20_000, releaseMs: 0 },
      compute: none,
      storage: (asked.request?.storage ?? []).map(() => none),
      data: [],
      messages: [],
    },
  }
  const replica = new Replica(POOL, 0, new PoolProfile(capacity, [], now))
  return planOfferSet({ ...asked, messages: [], candidates: [candidate] }, limits, [replica], idSource(Date.now), now)
}

function bareApp(answers: Readonly<Record<string, string>>) {
  const app = Fastify()
  const { [JSON_TYPE]: json = '', ...texts } = answers
  const ready = new Map<string, unknown>([[JSON_TYPE, JSON.parse(json)], ...Object.entries(texts)])
  app.addContentTypeParser(Object.keys(texts), { parseAs: 'string' }, async (_: FastifyRequest, text: string) => text)
  app.post('/offersets', async ({ headers }, reply) => {
    const mediaType = headers['content-type'] ?? ''
    return reply.header('content-type', mediaType).send(ready.get(mediaType))
  })
  return app
}
