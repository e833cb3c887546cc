/**
 * Who may call which route: the one list, without which no route can be added. What then may be done with a particular
 * thing is decided by `policies/permissions.ts`.
 */
import type { Access } from '../policies/permissions.ts'

export const ROUTES: Readonly<Record<string, Access>> = {
  'POST /offersets': 'caller',
  'GET /offersets': 'caller',
  'GET /offersets/:uuid': 'reader',
  'POST /offersets/:uuid': 'caller',
  'GET /offersets/:uuid/sharing': 'caller',
  'POST /offersets/:uuid/sharing': 'caller',
  'POST /executions': 'caller',
  'GET /executions': 'caller',
  'GET /executions/:uuid': 'reader',
  'POST /executions/:uuid': 'caller',
  'GET /executions/:uuid/events': 'reader',
  'GET /streams/:uuid/:stream': 'reader',
  'GET /offers/:uuid': 'reader',
  'POST /offers/:uuid': 'caller',
  'GET /executables/:uuid': 'reader',
  'GET /compute/:uuid': 'reader',
  'GET /storage/:uuid': 'reader',
  'GET /data/:uuid': 'reader',
  'GET /data/:uuid/kept': 'reader',
  'GET /volumes/:uuid': 'reader',
  'POST /requests': 'caller',
  'POST /direct': 'caller',
  'POST /sessions': 'caller',
  'GET /sessions': 'caller',
  'GET /sessions/:uuid': 'reader',
  'POST /sessions/:uuid': 'caller',
  'GET /capabilities': 'anybody',
  'GET /availability': 'anybody',
  'GET /docs': 'public',
  'GET /docs/start.js': 'public',
  'GET /docs/swagger-ui.css': 'public',
  'GET /docs/swagger-ui-bundle.js': 'public',
  'GET /metrics': 'operator',
  'GET /account': 'newcomer',
  'POST /account/password': 'newcomer',
  'GET /account/tokens': 'caller',
  'POST /account/tokens': 'caller',
  'DELETE /account/tokens/:uuid': 'caller',
  'POST /admin/identities': 'admin',
  'GET /admin/identities': 'admin',
  'GET /admin/identities/:uuid': 'admin',
  'POST /admin/identities/:uuid': 'admin',
  'GET /admin/audit': 'admin',
  'GET /admin/quotas': 'operator',
  'GET /admin/work': 'operator',
  'POST /admin/work': 'operator',
  'GET /admin/pools': 'operator',
  'GET /admin/pools/:name/timeline': 'operator',
  'POST /admin/pools/:name/drain': 'operator',
  'DELETE /admin/pools/:name/drain': 'operator',
  'GET /admin/motd': 'operator',
  'POST /admin/motd': 'operator',
  'DELETE /admin/motd': 'operator',
  'GET /admin/maintenance': 'operator',
  'POST /admin/maintenance': 'operator',
  'DELETE /admin/maintenance/:uuid': 'operator',
  'GET /openapi.json': 'public',
  'GET /openapi.yaml': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
}

/** Every route that can be called, as its method and its path. */
export const allRoutes = (): readonly string[] => Object.keys(ROUTES)

/** The access that a route asks for; HEAD asks for that of GET. Throws for a route that is not in the list. */
export function accessTo(method: string, url: string): Access {
  const route = `${method === 'HEAD' ? 'GET' : method} ${url}`
  const access = ROUTES[route]
  if (!access) throw new Error(`src/http/access.ts does not say who may call ${route}`)
  return access
}
