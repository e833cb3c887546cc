/** The keys of the configuration that say what the site allows. Each type of policy has its own. */

/** The longest pattern, in characters: matching takes longer with each star, for as long a text as a client writes. */
const PATTERN_LENGTH_MAX = 500
const pattern = { type: 'string', maxLength: PATTERN_LENGTH_MAX } as const

const names = (description: string) =>
  ({ type: 'array', minItems: 1, items: { ...pattern, minLength: 1 }, description }) as const

/** What every policy has. */
const COMMON = {
  name: {
    type: 'string',
    pattern: '^[a-z0-9][a-z0-9-]*$',
    description: 'The name of the policy; it stands in every reason for a refusal, and no other policy has it.',
  },
  users: names(
    'The policy is for these users, by their user names: ada, or ada@sso for one of another source. Without users and groups it is for everybody.',
  ),
  groups: names('The policy is for the members of these groups, and for the users above.'),
  notGroups: names('The policy is not for the members of these groups.'),
  kinds: {
    type: 'array',
    minItems: 1,
    items: { enum: ['docker-container', 'jupyter-notebook'] },
    description: 'The policy is for these kinds of executables; for all when left out.',
  },
} as const

const imageRule = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    registry: {
      type: 'string',
      description: 'The host, with its port where it has one: docker.io, registry.example.org:5000.',
    },
    project: {
      ...pattern,
      description: 'The first part of the path, such as library; * stands for any text.',
    },
    repository: {
      ...pattern,
      description: 'The rest of the path; * stands for any text within a part of it, ** for any text at all.',
    },
    tag: { ...pattern, description: 'The tag; * stands for any text.' },
    versions: {
      type: 'string',
      description: "Tags that are versions in a range such as '>=1.20 <2'; other tags are not covered then.",
    },
    digest: { type: 'string', description: 'The digest, sha256:… with 64 digits.' },
  },
} as const

const imageRules = (description: string) => ({ type: 'array', items: imageRule, description }) as const

/** Rules of which each says one thing at least. */
const rules = <const Properties>(description: string, properties: Properties) =>
  ({
    type: 'array',
    description,
    items: { type: 'object', additionalProperties: false, minProperties: 1, properties },
  }) as const

const portRules = (description: string) =>
  ({
    ...rules(description, {
      number: { type: 'integer', minimum: 1, maximum: 65_535, description: 'The number in the container: 8888.' },
      from: { type: 'integer', minimum: 1, maximum: 65_535, description: 'The least number, instead of one.' },
      to: { type: 'integer', minimum: 1, maximum: 65_535, description: 'The largest number.' },
      path: {
        ...pattern,
        description:
          'The path to begin at, / where the request has none; * stands for any text within a part of it, ** for any text at all: /lab/**.',
      },
      protocol: { enum: ['UDP', 'TCP', 'HTTP', 'HTTPS'], description: 'The protocol there.' },
    }),
    minItems: 1,
  }) as const

const locationRules = (description: string) =>
  rules(description, {
    scheme: { type: 'string', description: 'The scheme, such as https.' },
    host: {
      type: 'string',
      description: 'The host, with its port where that is not the usual one; *.example.org is every name below.',
    },
    path: {
      ...pattern,
      description: 'The path; * stands for any text within a part of it, ** for any text at all: /public/**.',
    },
    bucket: { ...pattern, description: 'The bucket of an s3 location; * stands for any text.' },
    authority: { type: 'string', description: 'The authority of an IVOA identifier, ivo://authority/….' },
  })

export const REGISTRIES = {
  type: 'array',
  default: [],
  description:
    'Registries with addresses that are not public, or that want to know who asks. The policies ask these and, at public addresses, those of the white lists; platforms show the name and the password when they pull images from exactly that host.',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['host'],
    dependentRequired: { username: ['passwordFile'], passwordFile: ['username'] },
    properties: {
      host: { type: 'string', description: 'The host, with its port where it has one, as it stands in references.' },
      plainHttp: { type: 'boolean', default: false, description: 'Whether it is spoken to without encryption.' },
      username: { type: 'string', description: 'The name that the broker has there, such as that of a robot account.' },
      passwordFile: { type: 'string', description: 'A file with the password for it.' },
    },
  },
} as const

export const RATE_LIMITS = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'How many requests a process answers: so many at once, and as many again over each minute. Health, the contract and its page are not counted.',
  properties: {
    perAddress: {
      type: 'integer',
      minimum: 1,
      description: 'From one address, or one /64 network of IPv6, before it is known who asks; no limit when left out.',
    },
    perCaller: { type: 'integer', minimum: 1, description: 'Of one caller; no limit when left out.' },
    openPerCaller: {
      type: 'integer',
      minimum: 1,
      default: 200,
      description:
        'How many event streams, answers with output and long polls one caller may have open in one process.',
    },
  },
} as const

export const POLICIES = {
  type: 'array',
  description:
    'What the site allows. Every policy is asked when something is offered and again when an offer is accepted; all have to allow it. Without any, everything that the platforms support is allowed.',
  items: {
    oneOf: [
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name', 'allow'],
        properties: {
          type: { const: 'images' },
          ...COMMON,
          allow: imageRules('The white list: an image has to be covered by one of these rules.'),
          resolve: {
            type: 'boolean',
            default: true,
            description:
              'Whether the registry is asked which image a tag means when an offer is made, so that this one is run also when the tag is moved.',
          },
          deny: { ...imageRules('What is excepted from the white list.'), default: [] },
          privileged: {
            ...imageRules(
              'Images that may be run as privileged, where the platform does that at all; any of the white list when left out, none when empty.',
            ),
          },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name'],
        properties: {
          type: { const: 'limits' },
          ...COMMON,
          cores: { type: 'integer', minimum: 1, description: 'The most cores of one execution.' },
          memory: { type: 'integer', minimum: 1, description: 'The most GiB of memory of one execution.' },
          storage: { type: 'integer', minimum: 0, description: 'The most GiB of storage of one execution, in all.' },
          accelerators: { type: 'integer', minimum: 0, description: 'The most accelerators of one execution.' },
          ports: {
            type: 'integer',
            minimum: 0,
            description: 'The most ports of one execution that are published; 0 for none.',
          },
          allowPorts: portRules('Which ports a program may have; any when left out.'),
          denyPorts: { ...portRules('What is excepted from that.'), minItems: 0, default: [] },
          duration: {
            type: 'string',
            format: 'broker-duration',
            description: 'The longest duration of one execution.',
          },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name'],
        anyOf: [{ required: ['allow'] }, { required: ['deny'] }],
        properties: {
          type: { const: 'locations' },
          ...COMMON,
          allow: locationRules('Where data may come from; from everywhere when left out.'),
          deny: { ...locationRules('What is excepted from that.'), default: [] },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name'],
        anyOf: [{ required: ['allow'] }, { required: ['deny'] }],
        properties: {
          type: { const: 'environment' },
          ...COMMON,
          allow: names('Names of variables that may be set, where * stands for any text; all when left out.'),
          deny: { ...names('Names that are excepted from that.'), minItems: 0, default: [] },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name', 'file'],
        properties: {
          type: { const: 'module' },
          ...COMMON,
          file: {
            type: 'string',
            description: 'An ES module whose default export decides. It may do whatever the broker may.',
          },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name', 'url'],
        properties: {
          type: { const: 'opa' },
          ...COMMON,
          url: {
            type: 'string',
            format: 'uri',
            pattern: '^https?://',
            description: 'The decision in Open Policy Agent, such as http://127.0.0.1:8181/v1/data/broker/decision.',
          },
          tokenFile: { type: 'string', description: 'A file with the bearer token for it.' },
          answerWithin: {
            type: 'string',
            format: 'broker-duration',
            default: 'PT2S',
            description: 'How long it may take to decide.',
          },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name', 'url'],
        dependentRequired: { username: ['passwordFile'], passwordFile: ['username'] },
        properties: {
          type: { const: 'harbor' },
          ...COMMON,
          url: {
            type: 'string',
            format: 'uri',
            pattern: '^https?://[^/?#@]+/?$',
            description: 'Where the Harbor is, such as https://harbor.example.org.',
          },
          registry: {
            type: 'string',
            description:
              'Its host, with its port where it has one, as it stands in references; that of url when left out.',
          },
          username: { type: 'string', description: 'The robot account as which it is asked; anybody when left out.' },
          passwordFile: { type: 'string', description: 'A file with the password of that account.' },
          projects: names('The projects that are allowed; * stands for any text. All when left out.'),
          public: {
            type: 'boolean',
            default: false,
            description: 'Whether the project has to be one that everybody may read.',
          },
          labels: names('The image has to have one of these labels there.'),
          signed: { type: 'boolean', default: false, description: 'Whether the image has to have a signature there.' },
          severity: {
            enum: ['none', 'negligible', 'unknown', 'low', 'medium', 'high', 'critical'],
            description: 'The worst that a scan there may have found; the image has to have been scanned then.',
          },
          answerWithin: {
            type: 'string',
            format: 'broker-duration',
            default: 'PT5S',
            description: 'How long it may take to answer.',
          },
          cacheFor: {
            type: 'string',
            format: 'broker-duration',
            default: 'PT1M',
            description: 'How long an answer is good.',
          },
          whenAway: {
            enum: ['deny', 'last-answer'],
            default: 'deny',
            description: 'What is done when it does not answer: nothing is allowed, or its last answer serves.',
          },
          lastAnswerFor: {
            type: 'string',
            format: 'broker-duration',
            default: 'PT1H',
            description: 'How old that answer may be.',
          },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name', 'limits'],
        if: { properties: { of: { const: 'group' } }, required: ['of'] },
        then: { required: ['groups'] },
        properties: {
          type: { const: 'quota' },
          ...COMMON,
          of: {
            enum: ['user', 'group'],
            default: 'user',
            description: 'Whether each user has the quota, or the members of each of its groups have it together.',
          },
          limits: {
            type: 'object',
            description: 'What it limits, at least one of these.',
            additionalProperties: false,
            minProperties: 1,
            properties: {
              executions: {
                type: 'integer',
                minimum: 0,
                description:
                  'Executions that were accepted and have not given everything back, and open offer sets, each of which may become one.',
              },
              openOfferSets: {
                type: 'integer',
                minimum: 0,
                description: 'Offer sets of which an offer can still be accepted.',
              },
              coreHours: {
                type: 'number',
                minimum: 0,
                description:
                  'Cores times hours: what is promised by open offers and by what is being done, and what it took after its end, for as long as the window.',
              },
              memoryGibHours: { type: 'number', minimum: 0, description: 'The same of GiB of memory.' },
              storage: { type: 'integer', minimum: 0, description: 'GiB of storage of executions and open offers.' },
            },
          },
          window: {
            type: 'string',
            format: 'broker-duration',
            default: 'P30D',
            description: 'How long what has ended counts for coreHours and memoryGibHours.',
          },
        },
      },
    ],
  },
} as const
