/** The keys of the configuration that say what is offered. */
import { duration } from './duration-schema.ts'

export const OFFERS = {
  type: 'object',
  additionalProperties: false,
  default: {},
  properties: {
    lifetime: duration('How long a client may take to accept an offer.', 'PT5M'),
    decideWithin: duration(
      'How long a client has at least to accept an offer that starts sooner than the lifetime of offers; a client may ask for less with `Prefer: decide-within=PT10S`.',
      'PT30S',
    ),
    perSet: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 4,
      description: 'The most offers in one answer.',
    },
    share: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        'The share of each pool that the open offers of one user may hold at any instant: 0.5 with identities, and without them 1, which is no limit. A request whose minimum is more than that gets one offer, in a time in which no other offers of the user are open.',
    },
    defaultDuration: duration('How long an execution may run when the request does not say.', 'PT15M'),
    maximumDuration: duration('The longest duration that is offered.', 'P30D'),
    horizon: duration('Nothing is offered that starts later than this from now.', 'P30D'),
  },
} as const
