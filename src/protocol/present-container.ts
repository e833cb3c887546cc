/** Presents what a container is made of. The offers of a set show the same, so it is made once for all of them. */
import type { DockerContainer } from '../domain/execution-request.ts'
import { compact } from './compact.ts'
import type { Schemas } from './contract.ts'
import { presentNetwork } from './present-connectors.ts'

type Presented = Pick<
  Schemas['DockerContainer'],
  'image' | 'privileged' | 'entrypoint' | 'command' | 'environment' | 'network'
>

const presented = new WeakMap<DockerContainer, Presented>()

/** The fields of a container that its client chose. Nobody changes what is given. */
export function presentContainer(spec: DockerContainer): Presented {
  const known = presented.get(spec)
  if (known) return known
  const made = compact({
    image: {
      locations: [...spec.image.locations],
      digest: spec.image.digest,
      platform: { architecture: spec.image.architecture, os: spec.image.os },
    },
    privileged: spec.privileged,
    command: [...spec.command],
    network: presentNetwork(spec, []),
  })
  const { entrypoint, environment } = spec
  // Empty texts of the client mean something here: a variable that is set, and an entry point that is taken away.
  const shown: Presented = {
    ...made,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(Object.keys(environment).length === 0 ? {} : { environment: { ...environment } }),
  }
  presented.set(spec, shown)
  return shown
}
