/** The keys of the configuration for a broker of several processes. */

export const ROLE_KEYS = {
  role: {
    enum: ['all', 'offers', 'executions', 'worker'],
    default: 'all',
    description:
      'What this process does of all that a broker does: it answers requests for offers, it answers for executions, or it moves executions on. Any number of each share one PostgreSQL server.',
  },
  endpoints: {
    type: 'object',
    additionalProperties: false,
    default: {},
    description:
      'Where clients find what processes with a role of their own serve, when there is no front end that makes one address of them.',
    properties: {
      offers: { type: 'string', format: 'uri', description: 'How clients reach the processes with the role offers.' },
      executions: {
        type: 'string',
        format: 'uri',
        description: 'How clients reach the processes with the role executions.',
      },
    },
  },
} as const
