/**
 * The two endpoints of the standard: where offers are asked for, and where executions are found. One process serves
 * both, or each has processes of its own; the paths and what they answer are the same.
 */
import { COMPONENT_FAMILIES } from '../domain/execution-plan.ts'
import { COMPONENT_PATHS } from '../protocol/present.ts'

export type Endpoint = 'offers' | 'executions'

const FIRST_SEGMENTS: Readonly<Record<Endpoint, readonly string[]>> = {
  offers: ['offersets', 'requests'],
  executions: [
    'executions',
    'sessions',
    'direct',
    'streams',
    ...COMPONENT_FAMILIES.map((family) => COMPONENT_PATHS[family]),
  ],
}

/** The endpoint that a path belongs to; undefined for one that each process has, or none. */
export function endpointOf(path: string): Endpoint | undefined {
  const [, first = ''] = /^\/([^/?]*)/.exec(path) ?? []
  return (['offers', 'executions'] as const).find((endpoint) => FIRST_SEGMENTS[endpoint].includes(first))
}
