/** The keys of the configuration that say who may come in. */
import { duration } from './duration-schema.ts'

/** The name of a source of users, as it stands after the @ of `ada@sso`. */
const sourceName = (description: string) =>
  ({ type: 'string', pattern: '^[a-z0-9][a-z0-9.-]{0,62}$', examples: ['sso'], description }) as const

/** A client that the broker is to an issuer. */
const client = (description: string) =>
  ({
    type: 'object',
    additionalProperties: false,
    required: ['clientId', 'clientSecretFile'],
    description,
    properties: {
      clientId: { type: 'string', description: 'The client that the broker is to the issuer.' },
      clientSecretFile: { type: 'string', description: 'A file with the secret of that client.' },
    },
  }) as const

export const IDENTITY = {
  type: 'object',
  additionalProperties: false,
  description:
    'Who may use the broker. Without it everybody on this machine is the local user, and no other address can be listened on. With it, accounts of this broker work with their password or with an access token.',
  properties: {
    realm: {
      type: 'string',
      pattern: '^[^"\\\\\\x00-\\x1f]+$',
      default: 'Execution Broker',
      description: 'What the broker calls itself to people who are asked for a password.',
    },
    reads: {
      enum: ['private', 'public'],
      default: 'private',
      description:
        'Who may read offer sets and executions: those concerned, or everybody, as with the prototype of the standard.',
    },
    adminPasswordFile: {
      type: 'string',
      description:
        'A file with the password of the first administrator, admin, such as a secret of the orchestrator; one is made and shown otherwise. `BROKER_ADMIN_PASSWORD_FILE` says the same. It is read while there is no administrator.',
    },
    plainNames: sourceName(
      'The source whose user names are used as they are, beside those of local accounts, in policies and lists: the name of an issuer, or local for none. Users of the others are known as name@source. When left out, it is the only other source; none when there are several.',
    ),
    tokens: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        longest: duration(
          'How long access tokens may be good. It is also how long one is good when nothing is said, and it holds for those that were made before.',
          'P1Y',
        ),
        perAccount: {
          type: 'integer',
          minimum: 1,
          default: 100,
          description:
            'How many access tokens an account has at once; another one is refused (429) until one has expired or is revoked.',
        },
      },
    },
    issuers: {
      type: 'array',
      default: [],
      description: 'OpenID providers whose bearer tokens are accepted.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['issuer', 'audience'],
        if: {
          anyOf: [
            { required: ['groupService'], properties: { groupService: { required: ['audience'] } } },
            { required: ['services'], properties: { services: { minItems: 1 } } },
          ],
        },
        then: { required: ['exchange'] },
        properties: {
          issuer: {
            type: 'string',
            format: 'uri',
            description: 'The issuer exactly as its tokens have it in iss, with or without a slash at the end.',
          },
          name: sourceName('The short name of the source, as in ada@sso; the host of the issuer when left out.'),
          audience: {
            type: 'array',
            minItems: 1,
            items: { type: 'string' },
            description: 'A token has to be for one of these audiences.',
          },
          algorithms: {
            type: 'array',
            minItems: 1,
            items: {
              enum: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
            },
            default: ['RS256', 'PS256', 'ES256', 'EdDSA'],
            description: 'The signature algorithms that are believed.',
          },
          usernameClaim: {
            type: 'string',
            default: 'preferred_username',
            description: 'The claim with what people call the user.',
          },
          groupsClaim: { type: 'string', default: 'groups', description: 'The claim with the groups of the user.' },
          operatorGroups: {
            type: 'array',
            items: { type: 'string' },
            default: [],
            description: 'Groups whose members are operators.',
          },
          adminGroups: {
            type: 'array',
            items: { type: 'string' },
            default: [],
            description: 'Groups whose members are administrators.',
          },
          groupService: {
            type: 'object',
            additionalProperties: false,
            required: ['url'],
            description:
              'A Group Membership Service (GMS 1.0) that is asked for the groups of the user, with the token of the user.',
            properties: {
              url: {
                type: 'string',
                format: 'uri',
                pattern: '^https?://',
                description: 'Its search resource, such as https://ws.example.org/gms/search.',
              },
              audience: {
                type: 'string',
                minLength: 1,
                description:
                  'Its audience, for which the token of the user is exchanged (RFC 8693); it is shown the token itself when left out.',
              },
              groups: {
                type: 'array',
                minItems: 1,
                items: { type: 'string' },
                description: 'The groups that matter here, by the names that it has for them; all when left out.',
              },
              answerWithin: duration('How long it may take to answer.', 'PT5S'),
              cacheFor: duration('How long an answer is good, unless it says less itself.', 'PT5M'),
              whenAway: duration(
                'How old its last answer may be when it does not answer; after that, requests of the user are refused.',
                'PT15M',
              ),
            },
          },
          exchange: client('The client as which the issuer is asked for tokens that other services accept.'),
          services: {
            type: 'array',
            default: [],
            description:
              'The servers of data at which users with tokens of this issuer are acted for: each is shown a token of the user for its audience (RFC 8693), over https only.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['hosts', 'audience'],
              properties: {
                hosts: {
                  type: 'array',
                  minItems: 1,
                  items: { type: 'string', minLength: 1 },
                  description: 'Its names, such as archive.example.org or *.example.org.',
                },
                audience: { type: 'string', minLength: 1, description: 'What the issuer knows it by.' },
              },
            },
          },
          introspection: client('How the issuer is asked about opaque tokens; without it they are not accepted.'),
        },
      },
    },
    tokenKeysFile: {
      type: 'string',
      description:
        'A file with the keys under which refresh tokens of users are kept, each of 32 bytes in base64 on a line of its own, the newest first. It is needed where an issuer has services.',
    },
    certificates: {
      type: 'object',
      additionalProperties: false,
      required: ['frontEnds'],
      dependentRequired: { issuers: ['issuerHeader'], issuerHeader: ['issuers'] },
      description: 'Client certificates that a front end has verified; without it the headers mean nothing.',
      properties: {
        frontEnds: {
          type: 'array',
          minItems: 1,
          items: { type: 'string', pattern: '^[0-9a-fA-F.:]+/\\d{1,3}$' },
          description:
            'The networks of the front ends, such as 10.0.0.4/32. They have to remove these headers of clients.',
        },
        issuerHeader: {
          type: 'string',
          minLength: 1,
          description:
            'The header with the issuer of the certificate, such as X-SSL-Client-I-DN. It is read only when it is configured.',
        },
        issuers: {
          type: 'array',
          minItems: 1,
          description:
            'The authorities whose certificates are accepted, where the front end accepts those of several. Without it, certificates of all that the front end accepts are one source, and users are told apart by their subjects alone.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['subject', 'name'],
            properties: {
              subject: {
                type: 'string',
                minLength: 1,
                examples: ['CN=Grid CA,O=Example,C=CA'],
                description: 'Its distinguished name as the front end writes it, such as CN=Grid CA,O=Example,C=CA.',
              },
              name: sourceName('The short name of the source, as in ada@grid.'),
              earlier: {
                type: 'boolean',
                default: false,
                description:
                  'Whether the accounts that certificates had before authorities were listed are of this one.',
              },
            },
          },
        },
        subjectHeader: {
          type: 'string',
          default: 'X-SSL-Client-S-DN',
          description: 'The header with the subject of the certificate.',
        },
        verifiedHeader: {
          type: 'string',
          default: 'X-SSL-Client-Verify',
          description: 'The header that says SUCCESS when the certificate was verified.',
        },
      },
    },
  },
} as const
