/** Requests for real containers, and brokers with one engine as their platform. */
import { createHash } from 'node:crypto'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'

/** The configuration of a platform on an engine: a pool that is larger than the machine, so that many run side by side. */
export const enginePlatform = (socket: string, pool: Record<string, unknown> = {}) => ({
  type: 'docker',
  name: 'engine',
  socket,
  network: 'none',
  processes: 100,
  pools: [{ name: 'default', cores: 64, memory: 128, storage: 200, ...pool }],
})

export interface ScriptOptions {
  /** URLs of data; each is mounted at `/data/<its index>`, with the file also called `content`. */
  readonly data?: readonly string[]
  readonly duration?: string
  readonly start?: string
}

/** A request that runs a script in the shell of a test image. */
export function scriptRequest(
  image: string,
  script: string,
  { data = [], duration = 'PT5M', start }: ScriptOptions = {},
): Schemas['ExecutionRequest'] {
  return {
    executable: {
      kind: KIND.dockerContainer,
      image: { locations: [image] },
      entrypoint: '/bin/sh',
      command: ['-c', script],
    },
    compute: {
      kind: KIND.simpleCompute,
      volumes: data.map((_, index) => ({
        kind: KIND.simpleVolumeMount,
        path: `/data/${index}`,
        resource: `data-${index}`,
      })),
    },
    data: data.map((location, index) => ({ kind: KIND.simpleData, meta: { name: `data-${index}` }, location })),
    schedule: { requested: { duration, ...(start ? { start } : {}) } },
  }
}

/** The script that says the SHA-256 of what was staged. */
export const CHECKSUM_SCRIPT = 'sha256sum < /data/0/content | cut -c1-64'

/** What it says. */
export const checksumOf = (content: Buffer) => `${createHash('sha256').update(content).digest('hex')}\n`
