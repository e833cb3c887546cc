/** The routes of offer sets. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import type { Spelling } from '../domain/spelling.ts'
import { presentOfferSet } from '../protocol/present.ts'
import { readUpdate } from '../protocol/read-update.ts'
import * as offerSets from '../store/offer-sets.ts'
import { ask, isStrict, offerLimits, preferredOffers } from './asking.ts'
import { knownCaller } from './calling.ts'
import { answer, linkFor, preferences, type HttpContext } from './context.ts'
import { makeOnce } from './once.ts'
import { listedOf } from './listed.ts'
import { linked, pageOf } from './paging.ts'
import { updateOfferSet } from './updating-sets.ts'
import { offerSetView, offerSetViews, offerSetFor, viewOfOffered } from './views.ts'

interface Params {
  readonly uuid: string
}

/** Adds the routes. */
export function offerSetRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database } = context

  app.post('/offersets', (request, reply) => askFor('own', request, reply))
  app.post('/requests', (request, reply) => askFor('published', request, reply))

  async function askFor(spelling: Spelling, request: FastifyRequest, reply: FastifyReply) {
    const caller = knownCaller(request)
    const offers = preferredOffers(request, context.settings)
    const offersMax = offers ?? context.settings.offersPerSet
    const { offerSetId, offered } = await makeOnce(request, reply, caller, context, offersMax, async () => {
      const asked = await ask(request, caller, spelling, context)
      return { asked, limits: offerLimits(request, context), direct: false }
    })
    const link = linkFor(request, context)
    const body = offered ? presentOfferSet(viewOfOffered(offered), link) : await present(offerSetId, request, reply)
    const applied = offers === undefined ? [] : [`offers=${offers}`]
    return created(request, reply, link(`/offersets/${offerSetId}`), body, applied)
  }

  app.get('/offersets', async (request, reply) => {
    const page = await offerSets.list(database, await listedOf(request, context), pageOf(request))
    const views = await offerSetViews(request, reply, linked(request, reply, page, linkFor(request, context)), context)
    return answer(request, reply, 200, {
      offersets: views.map((view) => presentOfferSet(view, linkFor(request, context))),
    })
  })

  app.get<{ Params: Params }>('/offersets/:uuid', async (request, reply) => {
    const offerSet = await offerSetFor(request, request.params.uuid, 'read', context)
    return answer(request, reply, 200, await present(offerSet.id, request, reply))
  })

  app.post<{ Params: Params }>('/offersets/:uuid', async (request, reply) => {
    const offerSet = await offerSetFor(request, request.params.uuid, 'update', context)
    await updateOfferSet(offerSet, readUpdate(request.body), request, context)
    return answer(request, reply, 200, await present(offerSet.id, request, reply))
  })

  async function present(id: string, request: FastifyRequest, reply: FastifyReply) {
    const offerSet = await offerSets.find(database, id)
    if (!offerSet) throw new BrokerError('NOT_FOUND', `There is no offer set ${id}.`)
    return presentOfferSet(await offerSetView(request, reply, offerSet, context), linkFor(request, context))
  }
}

/**
 * Answers for something that was made: 303 to it, or 200 when the client prefers. The body is there in both cases.
 * `applied` are further preferences that were followed.
 */
export function created(
  request: FastifyRequest,
  reply: FastifyReply,
  url: string,
  body: unknown,
  applied: readonly string[] = [],
): FastifyReply {
  const isPreferred = preferences(request).get('return') === 'representation'
  const strict = isStrict(request) ? ['handling=strict'] : []
  const followed = [...(isPreferred ? ['return=representation'] : []), ...strict, ...applied]
  if (followed.length > 0) void reply.header('Preference-Applied', followed.join(', '))
  return answer(
    request,
    reply.header(isPreferred ? 'Content-Location' : 'Location', url),
    isPreferred ? 200 : 303,
    body,
  )
}
