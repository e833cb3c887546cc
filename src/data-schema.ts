/** The keys of the configuration for data: where they come from, how they are copied, and how results are saved. */
import { duration } from './duration-schema.ts'

export const DATA = {
  type: 'object',
  additionalProperties: false,
  default: {},
  properties: {
    allowedNetworks: {
      type: 'array',
      items: { type: 'string', format: 'broker-cidr' },
      default: [],
      description:
        'Networks such as 10.0.0.0/8 that data may come from although they are private, loopback or link-local.',
    },
    allowedHosts: {
      type: 'array',
      items: { type: 'string' },
      description: 'When given, data come from these hosts only; *.example.org stands for all hosts below.',
    },
    concurrency: {
      type: 'integer',
      minimum: 1,
      default: 8,
      description:
        'How many data are copied in at the same time in one process. Their owners take turns, and no owner has more than three quarters of the places.',
    },
    savingConcurrency: {
      type: 'integer',
      minimum: 1,
      default: 8,
      description:
        'How many results are saved at the same time in one process, beside what is copied in; owners take turns as there.',
    },
    lowestRate: {
      type: 'integer',
      minimum: 0,
      default: 1_000,
      description:
        'Bytes per second that a transfer has to make, in or out; one that is slower is broken off and tried again as often as others. 0 for any.',
    },
    lowestRateOver: duration('Over how much time the lowest rate is measured.', 'PT1M'),
    attempts: {
      type: 'integer',
      minimum: 1,
      default: 5,
      description: 'How often a transfer that breaks off is resumed.',
    },
    expectedRate: {
      type: 'integer',
      minimum: 1,
      default: 20_000_000,
      description: 'Bytes per second expected of a source of which nothing is known.',
    },
    keepUnsaved: duration(
      'How long results that could not be saved are kept on the platform, and their storage with them, as long as the storage is promised to nobody else.',
      'P1D',
    ),
    keepShare: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description:
        'The share of the storage of each pool that kept results of one user may hold after the time that was booked for them: 0.25 with identities, and without them 1, which is no limit.',
    },
    answerWithin: duration('How long a source may take to say what it has.', 'PT10S'),
    silence: duration('How long a server may be silent within a transfer, before the transfer is broken off.', 'PT30S'),
    questionsPerHost: {
      type: 'integer',
      minimum: 1,
      default: 8,
      description:
        'How many questions about data one process asks one host at the same time, before anything is offered; callers take turns.',
    },
    spool: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description:
        'The disk that one process uses for data whose server announces no size: they are held in the data directory until the last byte has come. Data of an announced size are not held.',
      properties: {
        bytes: {
          type: 'integer',
          minimum: 1_048_576,
          default: 68_719_476_736,
          description: 'How many bytes are held for all users together. More waits until others have ended.',
        },
        bytesPerUser: {
          type: 'integer',
          minimum: 1_048_576,
          default: 17_179_869_184,
          description:
            'How many bytes are held for one user. More waits until other data of the user have ended; data that alone are larger fail.',
        },
        keepFree: {
          type: 'integer',
          minimum: 0,
          default: 2_147_483_648,
          description:
            'How many bytes stay free on that disk. Data for which there is no more are fetched again later, for execution.platformPatience at most; of what is free above it, one user takes three quarters at most.',
        },
      },
    },
    surveyWithin: duration('How long all questions about the data of one request may take.', 'PT30S'),
  },
} as const
