/** The keys of the configuration that say how a process ends. */
import { duration } from './duration-schema.ts'

export const SHUTDOWN = {
  type: 'object',
  additionalProperties: false,
  default: {},
  properties: {
    readinessDelay: {
      type: 'string',
      format: 'broker-duration',
      description:
        'How long requests are still answered after SIGTERM, while /health/ready says 503 already: as long as a load balancer needs to notice. Without it, and on SIGINT or a second signal, not at all.',
    },
    graceTime: duration(
      'The longest time between SIGTERM or SIGINT and the end of the process, readinessDelay included. What is not handed over by then, others take over when its lease is over.',
      'PT30S',
    ),
  },
} as const
