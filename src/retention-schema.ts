/** The keys of the configuration that say what is kept, and for how long. */
import { duration } from './duration-schema.ts'

export const RETENTION = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'How long what has ended stays readable. What left is answered with 404. Offers leave first, then details, then records, whatever the values.',
  properties: {
    refused: duration('How long answers without offers stay; the request itself is not kept.', 'PT1H'),
    offers: duration(
      'How long offers that nobody accepted stay after their end; the answer stays without them.',
      'P1D',
    ),
    details: duration(
      'How long the output of programs, the bodies of requests, and answers of which nothing was accepted stay.',
      'P30D',
    ),
    records: duration('How long executions stay, with what they cost and what was said of them.', 'P1Y'),
    audit: duration('How long entries of the audit log stay.', 'P1Y'),
    auditPerDay: {
      type: 'integer',
      minimum: 1,
      default: 2_000,
      description:
        'How often in a day one user can make an access token, share an offer set or change the own password, each of which is an entry of the audit log; more is refused (429).',
    },
    bytesPerUser: {
      type: 'integer',
      minimum: 10_485_760,
      description:
        'How many bytes of requests, answers and offers are kept for one user, the same number for every user; more requests are refused (429) until some have left. An ordinary execution takes some 10 kB while its offers stay (retention.offers) and 5 kB until it leaves (retention.records), so 1073741824 hold about 200,000 executions in a year; of an answer without offers only the reasons are kept, for retention.refused. A larger request is kept once for retention.details, and once in each of its offers. It is at least what the largest request takes with offers.perSet. With identities 1073741824; without them no limit. The output of programs is not counted.',
    },
  },
} as const
