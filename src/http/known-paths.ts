/** Which paths the service has and which methods each answers, learnt from the routes as they are added. */
import type { FastifyInstance } from 'fastify'

interface KnownPath {
  readonly pattern: RegExp
  readonly methods: Set<string>
}

export class KnownPaths {
  readonly #paths = new Map<string, KnownPath>()

  /** Learns every route that is added from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const known = this.#paths.get(url) ?? { pattern: patternOf(url), methods: new Set(['OPTIONS']) }
      for (const one of [method].flat()) known.methods.add(one)
      this.#paths.set(url, known)
    })
  }

  /** The methods that the resource at a path has; none when there is no such path. */
  methodsAt(path: string): string[] {
    const found = [...this.#paths.values()].filter(({ pattern }) => pattern.test(path))
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort()
  }
}

/** The paths of a route: `:name` stands for one segment, `*` for all that follow. */
function patternOf(route: string): RegExp {
  const segments = route.split('/').map((segment) => {
    if (segment.startsWith(':')) return '[^/]+'
    return segment === '*' ? '.*' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${segments.join('/')}/?$`)
}
