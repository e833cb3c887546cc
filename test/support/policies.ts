/** Questions for policies. */
import type { DockerContainer, ExecutionRequest } from '../../src/domain/execution-request.ts'
import type { PolicyCaller, PolicyQuestion } from '../../src/policies/policy.ts'

const NOW = Date.parse('2026-11-24T00:00:00Z')

/** A request for a small container; `changes` replace its parts. */
export function smallRequest(
  changes: Partial<ExecutionRequest> = {},
  container: Partial<DockerContainer> = {},
): ExecutionRequest {
  return {
    executable: {
      type: 'docker-container',
      image: { locations: ['registry.example.org/radio/imager:1.2'], architecture: 'amd64', os: 'linux' },
      command: [],
      environment: {},
      privileged: false,
      ports: [],
      ...container,
    },
    compute: { cores: { min: 1, max: 1 }, memory: { min: 1, max: 1 }, volumes: [] },
    storage: [],
    data: [],
    durationMs: 3_600_000,
    starts: [],
    ...changes,
  }
}

/** A request to run an image from these locations. */
export function imageRequest(locations: readonly string[], digest?: string): ExecutionRequest {
  const image = { locations, architecture: 'amd64', os: 'linux', ...(digest === undefined ? {} : { digest }) }
  return smallRequest({}, { image })
}

/** A question about a request, from somebody in these groups. */
export function asked(
  request: ExecutionRequest,
  { moment = 'offer', ...caller }: Partial<PolicyCaller> & { moment?: PolicyQuestion['moment'] } = {},
): PolicyQuestion {
  return {
    moment,
    now: NOW,
    caller: { owner: 'ada', username: 'ada', roles: ['user'], groups: [], ...caller },
    request,
  }
}
