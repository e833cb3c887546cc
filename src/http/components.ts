/** The routes of components: what the `meta.url` of each part of an execution leads to. */
import type { FastifyInstance } from 'fastify'
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import { COMPONENT_FAMILIES } from '../domain/execution-plan.ts'
import { executionOfComponent, isUuid } from '../domain/ids.ts'
import { COMPONENT_PATHS, presentComponent } from '../protocol/present.ts'
import { answer, linkFor, type HttpContext } from './context.ts'
import { executionFor, executionViews } from './views.ts'

/** Adds the routes. */
export function componentRoutes(app: FastifyInstance, context: HttpContext): void {
  for (const family of COMPONENT_FAMILIES) {
    app.get<{ Params: { uuid: string } }>(`/${COMPONENT_PATHS[family]}/:uuid`, async (request, reply) => {
      const { uuid } = request.params
      const missing = new BrokerError('NOT_FOUND', `There is no ${family} ${uuid}.`)
      const owner = isUuid(uuid) ? executionOfComponent(uuid) : undefined
      if (!owner) throw missing
      const execution = await executionFor(request, owner.execution, 'read', context).catch((error: unknown) => {
        // Nothing was asked about its execution, so nothing is told of that.
        throw isBrokerError(error, 'NOT_FOUND') ? missing : error
      })
      const [view] = await executionViews(request, [execution], context)
      const component = view && presentComponent(view, linkFor(request, context), family, owner.index)
      if (!component) throw missing
      return answer(request, reply, 200, component)
    })
  }
}
