/** The routes by which operators say something to everybody: the message of the day. */
import type { FastifyInstance } from 'fastify'
import { record } from '../accounts/accounts.ts'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError, type FieldFault } from '../domain/errors.ts'
import type { Schemas } from '../protocol/contract.ts'
import { readBody } from '../protocol/read-body.ts'
import * as motd from '../store/message-of-the-day.ts'
import type { MessageOfTheDay } from '../store/message-of-the-day.ts'
import { actorOf } from './calling.ts'
import { answer, instantIn, type HttpContext } from './context.ts'

/** What would be more than plain text somewhere: control characters, and those that turn the direction of writing. */
const NOT_PLAIN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u

/** Adds the routes. */
export function motdRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock } = context

  app.get('/admin/motd', async (request, reply) => {
    const said = await motd.find(database, clock.now())
    return answer(request, reply, 200, said ? presentMotd(said) : {})
  })

  app.post('/admin/motd', async (request, reply) => {
    const now = clock.now()
    const wish = readBody('MotdRequest', request.body)
    const said = motdOf(wish, now)
    const current = await database.transaction(async (tx) => {
      if (await motd.set(tx, said)) await record(tx, actorOf(request, context), now, 'set motd', 'motd', { ...wish })
      return motd.find(tx, now)
    })
    return answer(request, reply, 200, presentMotd(current ?? said))
  })

  app.delete('/admin/motd', async (request, reply) => {
    await database.transaction(async (tx) => {
      if (await motd.clear(tx)) await record(tx, actorOf(request, context), clock.now(), 'clear motd', 'motd', {})
    })
    return reply.code(204).send()
  })
}

function motdOf({ text, until }: Schemas['MotdRequest'], now: Instant): MessageOfTheDay {
  const faults: FieldFault[] = []
  if (NOT_PLAIN.test(text)) faults.push({ pointer: '/text', detail: 'is one line of plain text' })
  if (text.trim() === '') faults.push({ pointer: '/text', detail: 'says something; DELETE takes the message away' })
  const untilAt = until === undefined ? undefined : instantIn(until, '/until', faults)
  if (untilAt !== undefined && untilAt <= now) faults.push({ pointer: '/until', detail: 'is an instant after now' })
  if (faults.length > 0)
    throw new BrokerError('BAD_REQUEST', 'This cannot be the message of the day; the fields at fault are listed.', {
      faults,
    })
  return { text: text.trim(), setAt: now, ...(untilAt === undefined ? {} : { untilAt }) }
}

function presentMotd({ text, setAt, untilAt }: MessageOfTheDay): Schemas['Motd'] {
  return {
    text,
    since: formatInstant(setAt),
    ...(untilAt === undefined ? {} : { until: formatInstant(untilAt) }),
  }
}
