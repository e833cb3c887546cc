/** The route of an execution's events: everything so far, then what comes, until nothing more can come. */
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { executionLifecycle } from '../domain/execution-lifecycle.ts'
import { onlyKeeps } from '../lifecycle/decide.ts'
import { presentHappening } from '../protocol/present-events.ts'
import * as components from '../store/components.ts'
import type * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import { badHeader, type HttpContext } from './context.ts'
import { holdOpen } from './held-answers.ts'
import { executionFor } from './views.ts'
import { hintsFor } from './waiting.ts'

/** How many events are read at once. */
const BATCH = 200
/** A comment is sent when nothing happened for so long, so that nobody on the way takes the connection for dead. */
const KEEP_ALIVE_MS = 15_000
/** How long a browser waits before it connects again, in milliseconds. */
const RETRY_MS = 2_000

/** Adds the route. */
export function eventRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get<{ Params: { uuid: string } }>(
    '/executions/:uuid/events',
    { config: { oneForm: true } },
    async (request, reply) => {
      const execution = await executionFor(request, request.params.uuid, 'read', context)
      const after = lastEventId(request.headers['last-event-id'])
      void reply.header('Cache-Control', 'no-store')
      // A browser that has everything would ask again for ever; this answer tells it to stop.
      if (after > 0 && (await hasAll(execution, after, context))) return reply.code(204).send()
      void reply
        .header('Content-Type', 'text/event-stream; charset=utf-8')
        // Proxies that collect an answer before they hand it on would hold the events back.
        .header('X-Accel-Buffering', 'no')
      if (request.method === 'HEAD') return reply.send(Readable.from([]))
      return reply.send(
        Readable.from(events(execution, after, context, holdOpen(request, reply, execution.id, context))),
      )
    },
  )
}

async function* events(
  { id, plan }: executions.Execution,
  after: number,
  context: HttpContext,
  over: AbortSignal,
): AsyncGenerator<string> {
  const { database, clock } = context
  const hints = hintsFor(id, context, over)
  let last = after
  try {
    // Headers go out with the first bytes, so there are some at once.
    yield `: events follow\nretry: ${RETRY_MS}\n\n`
    while (!over.aborted) {
      // Asked before the news are read, so that nothing that came before the end is left out.
      const over = await isOver(id, context)
      const news = await messages.happenings(database, id, last, BATCH)
      for (const happening of news) yield presentHappening(happening, id, plan)
      last = news.at(-1)?.number ?? last
      if (news.length === BATCH) continue
      if (over) return
      const lookAt = clock.now() + KEEP_ALIVE_MS
      await hints.next(lookAt)
      if (clock.now() >= lookAt) yield ': still here\n\n'
    }
  } finally {
    hints.end()
  }
}

/** True if nothing came after an event, and nothing is about to. */
async function hasAll({ id }: executions.Execution, after: number, context: HttpContext): Promise<boolean> {
  return (await isOver(id, context)) && (await messages.happenings(context.database, id, after, 1)).length === 0
}

/**
 * True if an execution has ended and released everything, or was never accepted. Results that could not be saved are
 * kept for a day or so after the end; nobody waits for that.
 */
async function isOver(id: executions.Execution['id'], { database, clock, looks }: HttpContext): Promise<boolean> {
  const execution = await looks.find(id)
  if (!execution) return true
  if (!executionLifecycle.isTerminal(execution.phase)) return false
  if (execution.startAt === undefined || execution.givenBackAt !== undefined) return true
  return onlyKeeps({ execution, components: await components.list(database, [id]) }, clock.now())
}

function lastEventId(header: string | string[] | undefined): number {
  const text = Array.isArray(header) ? header.at(-1) : header
  if (text === undefined || text === '') return 0
  if (!/^\d{1,15}$/.test(text)) throw badHeader('Last-Event-ID', 'it is not the id of an event of this service')
  return Number(text)
}
