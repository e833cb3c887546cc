/** The keys of the configuration that say which pools a platform has and what is in them. */
import { PRICE_KEYS } from './price-schema.ts'

export const POOLS = {
  type: 'array',
  description: 'The pools of the platform. Without any there is one called default with all that the platform has.',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    dependentRequired: { carbon: ['energy'], carbonByHour: ['energy'], acceleratorType: ['accelerators'] },
    properties: {
      name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', description: 'The name of the pool.' },
      cores: { type: 'integer', minimum: 1, description: 'Cores in all; what the platform has when left out.' },
      memory: {
        type: 'integer',
        minimum: 1,
        description: 'GiB of memory in all; what the platform has when left out.',
      },
      storage: { type: 'integer', minimum: 1, description: 'GiB of storage in all; 100 when left out.' },
      accelerators: {
        type: 'integer',
        minimum: 0,
        description: 'Accelerators such as GPUs in all; what the platform has when left out.',
      },
      acceleratorType: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'What they are called, such as nvidia-a100; requests may ask for it by this name.',
      },
      ...PRICE_KEYS,
    },
  },
} as const
