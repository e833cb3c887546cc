/** The routes of offer sets. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { giveUpOffers } from '../booking/accept.ts'
import { BrokerError } from '../domain/errors.ts'
import type { Spelling } from '../domain/spelling.ts'
import { presentOfferSet } from '../protocol/present.ts'
import { impossibleUpdate, readUpdate, type Update } from '../protocol/read-update.ts'
import * as offerSets from '../store/offer-sets.ts'
import { ask, offerLimits } from './asking.ts'
import { knownCaller } from './calling.ts'
import { answer, linkFor, preferences, type HttpContext } from './context.ts'
import { makeOnce } from './once.ts'
import { pageOf, nextPage } from './paging.ts'
import { acceptPermitted } from './permitting.ts'
import { offerSetView, offerSetViews, executionFor, offerSetFor, viewOfOffered } from './views.ts'

interface Params {
  readonly uuid: string
}

/** Adds the routes. */
export function offerSetRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock } = context

  app.post('/offersets', (request, reply) => askFor('own', request, reply))
  app.post('/requests', (request, reply) => askFor('published', request, reply))

  async function askFor(spelling: Spelling, request: FastifyRequest, reply: FastifyReply) {
    const caller = knownCaller(request)
    const { offerSetId, offered } = await makeOnce(request, reply, caller, context, async () => {
      const asked = await ask(request, caller, spelling, context)
      return { asked, limits: offerLimits(request, context), direct: false }
    })
    const link = linkFor(request, context)
    const body = offered ? presentOfferSet(viewOfOffered(offered), link) : await present(offerSetId, request)
    return created(request, reply, link(`/offersets/${offerSetId}`), body)
  }

  app.get('/offersets', async (request, reply) => {
    const caller = knownCaller(request)
    const page = pageOf(request)
    const found = await offerSets.list(database, caller.owner, page.limit + 1, page.before)
    const views = await offerSetViews(database, nextPage(request, reply, found, page, linkFor(request, context)))
    return answer(request, reply, 200, {
      offersets: views.map((view) => presentOfferSet(view, linkFor(request, context))),
    })
  })

  app.get<{ Params: Params }>('/offersets/:uuid', async (request, reply) => {
    const offerSet = await offerSetFor(request, request.params.uuid, 'read', context)
    return answer(request, reply, 200, await present(offerSet.id, request))
  })

  app.post<{ Params: Params }>('/offersets/:uuid', async (request, reply) => {
    const offerSet = await offerSetFor(request, request.params.uuid, 'update', context)
    const update = readUpdate(request.body)
    if (isRejection(update)) await reject(offerSet)
    else if (update.type === 'string' && update.path === 'accepted') {
      const offer = await executionFor(request, update.value.toLowerCase(), 'update', context)
      if (offer.offerSetId !== offerSet.id) throw impossibleUpdate(update, 'it is no offer of this set.')
      await acceptPermitted(request, offer, context)
    } else throw impossibleUpdate(update, "possible are 'phase' to REJECTED, and 'accepted' to the UUID of an offer.")
    return answer(request, reply, 200, await present(offerSet.id, request))
  })

  async function reject(offerSet: offerSets.OfferSet): Promise<void> {
    const given = await giveUpOffers(database, offerSet.id, 'reject', clock.now())
    if (given.length === 0) throw new BrokerError('PHASE_CONFLICT', 'No offer of this set is open any more.')
  }

  async function present(id: string, request: FastifyRequest) {
    const offerSet = await offerSets.find(database, id)
    if (!offerSet) throw new BrokerError('NOT_FOUND', `There is no offer set ${id}.`)
    return presentOfferSet(await offerSetView(database, offerSet), linkFor(request, context))
  }
}

function isRejection(update: Update): boolean {
  return update.type === 'enum' && update.path === 'phase' && update.value === 'REJECTED'
}

/** Answers for something that was made: 303 to it, or 200 when the client prefers. The body is there in both cases. */
export function created(request: FastifyRequest, reply: FastifyReply, url: string, body: unknown): FastifyReply {
  if (preferences(request).get('return') !== 'representation')
    return answer(request, reply.header('Location', url), 303, body)
  return answer(
    request,
    reply.header('Content-Location', url).header('Preference-Applied', 'return=representation'),
    200,
    body,
  )
}
