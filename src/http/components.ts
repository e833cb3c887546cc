/** The routes of components: what the `meta.url` of each part of an execution leads to. */
import type { FastifyInstance } from 'fastify'
import { COMPONENT_FAMILIES } from '../domain/execution-plan.ts'
import { COMPONENT_PATHS, presentComponent } from '../protocol/present.ts'
import { answer, linkFor, type HttpContext } from './context.ts'
import { componentFor, executionViews } from './views.ts'

/** Adds the routes. */
export function componentRoutes(app: FastifyInstance, context: HttpContext): void {
  for (const family of COMPONENT_FAMILIES) {
    app.get<{ Params: { uuid: string } }>(`/${COMPONENT_PATHS[family]}/:uuid`, async (request, reply) => {
      const { execution, index, missing } = await componentFor(request, request.params.uuid, family, context)
      const [view] = await executionViews(request, [execution], context)
      const component = view && presentComponent(view, linkFor(request, context), family, index)
      if (!component) throw missing
      return answer(request, reply, 200, component)
    })
  }
}
