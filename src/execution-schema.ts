/** The keys of the configuration that say how executions are moved on. */
import { duration } from './duration-schema.ts'

export const EXECUTION = {
  type: 'object',
  additionalProperties: false,
  default: {},
  properties: {
    startEarly: {
      type: 'boolean',
      default: true,
      description:
        'Whether accepted executions start before their promised start when the capacity is free, and those that come next are prepared before that; those that asked for an absolute start never do.',
    },
    gracePeriod: duration('The longest time between asking a program to end and killing it.', 'PT10S'),
    outputBytes: {
      type: 'integer',
      minimum: 0,
      default: 10_485_760,
      description: 'How much of stdout and of stderr is kept, in bytes; of more, the end.',
    },
    platformPatience: duration(
      'How long a platform that does not answer, or a disk of the broker without room for data (data.spool.keepFree), is waited for.',
      'PT5M',
    ),
    attempts: {
      type: 'integer',
      minimum: 1,
      default: 5,
      description: 'How often a step that failed for a passing reason is tried.',
    },
    concurrency: {
      type: 'integer',
      minimum: 1,
      default: 100,
      description:
        'How many executions of one platform one process moves on at the same time, for each kind of work: preparing with nothing to bring, running, giving back.',
    },
    fetches: {
      type: 'integer',
      minimum: 1,
      default: 50,
      description: 'How many executions of one platform one process pulls images and brings data for at the same time.',
    },
    attemptsInAll: {
      type: 'integer',
      minimum: 2,
      default: 20,
      description:
        'How often in a row the work on an execution may fail before it is parked and an operator has to look at it.',
    },
    lease: duration('After how long without a sign of life another process takes an execution over.', 'PT30S'),
    observeEvery: duration('How often a platform is asked for everything that runs on it.', 'PT2S'),
    measureEvery: duration(
      'How often it is measured what the volumes on a platform hold; an engine goes through all their files for that.',
      'PT10M',
    ),
    measureRootEvery: duration(
      'How often it is measured what programs have written outside of their volumes; an engine goes through those files for that.',
      'PT1M',
    ),
  },
} as const
