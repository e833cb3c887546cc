/** The keys of the configuration that say what a pool costs and what it is good for. */

const rate = (description: string) => ({ type: 'number', minimum: 0, maximum: 1_000_000, description }) as const

/** For each of what is counted, in a unit that the key above them names. */
const rates = {
  coreHour: rate('For one core and one hour.'),
  memoryGibHour: rate('For one GiB of memory and one hour.'),
  storageGibHour: rate('For one GiB of storage and one hour.'),
  acceleratorHour: rate('For one accelerator and one hour.'),
  gigabyteMoved: rate('For a gigabyte (10^9 bytes) of data that is moved.'),
} as const

const carbonIntensity = { type: 'number', minimum: 0, maximum: 1_000_000 } as const

/** What belongs to a pool. Without any of it, its offers say nothing of costs and metrics. */
export const PRICE_KEYS = {
  prices: {
    type: 'object',
    additionalProperties: false,
    required: ['currency'],
    description: 'What the pool costs. Amounts are quoted to a millionth of the currency.',
    properties: {
      currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'The currency, such as EUR (ISO 4217).' },
      ...rates,
    },
  },
  energy: {
    type: 'object',
    additionalProperties: false,
    description: 'The energy that is used, in kWh.',
    properties: rates,
  },
  carbon: {
    ...carbonIntensity,
    description: 'Grams of CO2 equivalent that a kWh of energy stands for.',
  },
  carbonByHour: {
    type: 'array',
    minItems: 24,
    maxItems: 24,
    items: carbonIntensity,
    description: 'The same for each hour of the day, from midnight UTC on; it goes before the one value.',
  },
  metrics: {
    type: 'array',
    description: 'What the pool is good for, such as the result of a benchmark.',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'min'],
      properties: {
        type: {
          type: 'string',
          format: 'uri',
          description: 'What is measured, such as urn:ivoa:calycopis:metric:compute-performance.',
        },
        description: { type: 'string', description: 'The same in words.' },
        units: { type: 'string', description: 'The unit of the numbers.' },
        min: { type: 'number', minimum: -1_000_000_000, maximum: 1_000_000_000, description: 'At least.' },
        max: {
          type: 'number',
          minimum: -1_000_000_000,
          maximum: 1_000_000_000,
          description: 'At most; the same as min when left out.',
        },
        perCore: {
          type: 'boolean',
          default: false,
          description: 'Whether the numbers are for one core and grow with the cores.',
        },
      },
    },
  },
} as const
