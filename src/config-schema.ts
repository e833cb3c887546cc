/**
 * Every key of the configuration, with its default and what it means. The published JSON Schema, the validation, the
 * types and the names in the environment all come from this one object.
 */
import type { FromSchema } from 'json-schema-to-ts'
import { POLICIES, RATE_LIMITS, REGISTRIES } from './policy-schema.ts'
import { DATA } from './data-schema.ts'
import { IDENTITY } from './identity-schema.ts'
import { OFFERS } from './offers-schema.ts'
import { POOLS as pools } from './pool-schema.ts'
import { RETENTION } from './retention-schema.ts'
import { ROLE_KEYS } from './role-schema.ts'
import { duration } from './duration-schema.ts'
import { EXECUTION } from './execution-schema.ts'
import { SHUTDOWN } from './shutdown-schema.ts'

const platformName = {
  type: 'string',
  pattern: '^[a-z0-9][a-z0-9-]*$',
  description: 'The name of the platform.',
} as const

export const CONFIG_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Configuration of the Execution Broker',
  type: 'object',
  additionalProperties: false,
  properties: {
    ...ROLE_KEYS,
    listen: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        host: { type: 'string', default: '127.0.0.1', description: 'The address to listen on.' },
        port: {
          type: 'integer',
          minimum: 0,
          maximum: 65535,
          default: 8082,
          description: 'The port to listen on; 0 takes a free one.',
        },
        trustedProxies: {
          type: 'array',
          items: { type: 'string', format: 'broker-network' },
          default: [],
          description:
            'Addresses and networks such as 10.0.0.0/8 of proxies whose headers say who is calling; which headers, forwardedHeader says.',
        },
        forwardedHeader: {
          enum: ['x-forwarded', 'forwarded'],
          default: 'x-forwarded',
          description:
            'What all these proxies write: X-Forwarded-For, -Host, -Proto and -Prefix, or Forwarded (RFC 7239). The other one would be the word of the client, so a request of a trusted proxy that has it is refused (400).',
        },
        requestTimeout: duration(
          'How long a client may take to send a request, headers and body together; it is ended with 408 after at most half as long again. A client that takes nothing of its answer for this long is cut off.',
          'PT1M',
        ),
      },
    },
    shutdown: SHUTDOWN,
    vo: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        standardId: {
          type: 'string',
          format: 'uri',
          default: 'ivo://ivoa.net/std/ExecutionBroker#execution-1.0',
          description:
            'The identifier of the standard in the VOSI capabilities. The IVOA has given none yet, so the default is provisional.',
        },
      },
    },
    cors: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        origins: {
          type: 'array',
          items: { type: 'string', pattern: '^(\\*|https?://[^/\\s]+)$' },
          default: [],
          description:
            "Origins such as https://portal.example.org whose pages may use the broker from a browser; '*' stands for all, and then any page that a user visits may. Pages of others may not: what would change something is refused (403), and browsers do not show them answers. Programs that are no browsers are not concerned.",
        },
      },
    },
    notation: {
      enum: ['json', 'yaml'],
      default: 'json',
      description:
        'What is answered in when the client leaves the choice: json, or yaml as the draft standard has it to the letter.',
    },
    publicUrl: {
      type: 'string',
      format: 'uri',
      description:
        'How clients reach the broker, when that is not the address it listens on. Without identities, names other than this one and those of this machine are refused.',
    },
    identity: IDENTITY,
    dataDirectory: { type: 'string', default: './broker-data', description: 'Where the broker keeps its files.' },
    database: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        url: {
          type: 'string',
          format: 'broker-database',
          description:
            'A PostgreSQL server (14 or later), as postgres://user@host/database. Without it, a database in the data directory.',
        },
        connections: { type: 'integer', minimum: 2, default: 10, description: 'The most connections to the server.' },
      },
    },
    offers: OFFERS,
    retention: RETENTION,
    data: DATA,
    execution: EXECUTION,
    platforms: {
      type: 'array',
      description: 'The execution platforms. Without any: Docker or Podman when a socket answers, else simulated.',
      items: {
        oneOf: [
          {
            type: 'object',
            additionalProperties: false,
            required: ['type', 'name'],
            properties: {
              type: { const: 'docker' },
              name: platformName,
              socket: { type: 'string', description: 'The path of the socket of a Docker Engine or a Podman service.' },
              network: {
                enum: ['none', 'bridge'],
                default: 'none',
                description:
                  'Whether programs may reach out: none, or bridge, where each has a network of its own (Docker) or a stack of its own (Podman, which needs slirp4netns).',
              },
              publish: {
                type: 'object',
                additionalProperties: false,
                description:
                  'Where the ports are published that requests ask for; {} is this machine alone. Without it no ports are published. A program with ports also reaches the machine of the engine; with network none on Docker nothing beyond, and on Podman nothing is published then.',
                properties: {
                  address: {
                    type: 'string',
                    format: 'broker-address',
                    default: '127.0.0.1',
                    description: "The address of the engine's machine that they are published at; 0.0.0.0 is all.",
                  },
                  host: {
                    type: 'string',
                    pattern: '^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+)$',
                    description:
                      'The host that clients are told, such as jobs.example.org; the address when left out. Needed when the address is 0.0.0.0 or ::.',
                  },
                },
              },
              subnets: {
                type: 'string',
                format: 'broker-ipv4-network',
                description:
                  'A network such as 10.213.0.0/16 that networks of programs are taken from, 16 addresses each. Without it Docker has room for some 30 of them.',
              },
              processes: {
                type: 'integer',
                minimum: 1,
                default: 1024,
                description: 'The most processes in one container.',
              },
              user: {
                type: 'string',
                pattern: '^[0-9]{1,10}(:[0-9]{1,10})?$',
                description:
                  'The user, and the group, that all programs run as, such as 1000:1000; what their image says when left out, which may be root.',
              },
              readOnlyRoot: {
                type: 'boolean',
                default: false,
                description:
                  'Whether programs may write to their volumes only, and to /tmp, /var/tmp and /run, which are in their memory then.',
              },
              rootSize: {
                type: 'integer',
                minimum: 1,
                default: 10,
                description:
                  'How much a program may write outside of its volumes, in GiB. It is measured each `execution.measureRootEvery`, and a program that has written more is ended.',
              },
              capabilities: {
                type: 'array',
                items: { type: 'string', pattern: '^[A-Z][A-Z_]+$' },
                uniqueItems: true,
                default: [],
                description:
                  'What programs that run as root may do of what root may, such as NET_BIND_SERVICE; see capabilities(7).',
              },
              pools,
            },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: ['type', 'name'],
            properties: {
              type: { const: 'simulated' },
              name: platformName,
              duration: {
                type: 'string',
                format: 'broker-duration',
                default: 'PT1S',
                description: 'How long a program runs when nothing says otherwise.',
              },
              pools,
            },
          },
        ],
      },
    },
    notebooks: {
      type: 'object',
      additionalProperties: false,
      required: ['image'],
      description: 'What jupyter-notebook executables are run with. Without it none are run.',
      properties: {
        image: {
          type: 'string',
          minLength: 1,
          description:
            'An image with Jupyter, such as quay.io/jupyter/scipy-notebook:2026-10-20. Policies see to it as well.',
        },
        command: {
          type: 'array',
          minItems: 1,
          items: { type: 'string' },
          default: ['jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output', '{output}', '{input}'],
          description:
            'What runs a notebook; {input} is the file of the notebook, {output} that of the executed one, which ends in .ipynb. With papermill: [papermill, "{input}", "{output}"].',
        },
        server: {
          type: 'object',
          additionalProperties: false,
          description:
            'What serves a notebook to its user, with the same image. Without it no notebook is interactive; `{}` takes the defaults. The platform has to publish ports.',
          properties: {
            command: {
              type: 'array',
              minItems: 1,
              items: { type: 'string' },
              default: ['jupyter', 'lab', '--no-browser', '--ip=0.0.0.0', '--port={port}'],
              description:
                'What starts the server; {port} is its port. The directory of the notebook and the token are in a configuration file that JUPYTER_CONFIG_PATH leads to.',
            },
            port: {
              type: 'integer',
              minimum: 1,
              maximum: 65_535,
              default: 8888,
              description: 'The port in the container.',
            },
          },
        },
      },
    },
    policies: POLICIES,
    registries: REGISTRIES,
    rateLimits: RATE_LIMITS,
    log: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        level: {
          enum: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
          default: 'info',
          description: 'What is logged.',
        },
      },
    },
  },
} as const

export type Config = FromSchema<typeof CONFIG_SCHEMA>
export type PlatformConfig = NonNullable<Config['platforms']>[number]
export type PolicyConfig = NonNullable<Config['policies']>[number]
export type PoolConfig = NonNullable<PlatformConfig['pools']>[number]
