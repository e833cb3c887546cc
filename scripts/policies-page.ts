/** Writes docs/policies.md from the schema of the policies and the messages that they say. */
import { MESSAGES, type MessageName } from '../src/domain/message.ts'
import { POLICIES } from '../src/policy-schema.ts'
import { leaves, table } from './configuration-page.ts'

type Type = (typeof POLICIES.items.oneOf)[number]['properties']['type']['const']

interface About {
  readonly text: string
  /** Tested: it is read as a configuration, and as a policy. */
  readonly example: string
  readonly says: readonly MessageName[]
}

/** What there is to say of each type. The compiler asks for all of them. */
const ABOUT: Readonly<Record<Type, About>> = {
  images: {
    text: `Which images may be run. An image has to be covered by a rule of \`allow\` and by none of \`deny\`. The registry and the
project are compared as wholes, never by what they begin with: \`images.example.org.evil.example\` is another host. A short
name is one of Docker Hub: \`busybox\` is \`docker.io/library/busybox\`. Of several locations in a request those that are
allowed stay, as far as they have the same image.

With \`resolve\` the registry is asked which image a tag means when an offer is made; the offer has the digest, and that image
is run, wherever the tag points later. An answer is believed for a minute. Only registries that a rule covers are asked; one
at an address that is not public, or that wants a password, has to be in \`registries\`. A registry that does not answer lets
nothing through. Without \`resolve\` a digest beside a tag that a rule is about is refused, because engines look at the digest
alone.`,
    example: `- type: images
  name: white-list
  allow:
    - { registry: images.example.org, project: skaha }
    - { registry: docker.io, project: library, repository: python, versions: '>=3.10 <4' }
  deny:
    - { registry: images.example.org, project: skaha, tag: '*-experimental' }`,
    says: ['policy-image', 'image-narrowed'],
  },
  limits: {
    text: `What one execution may have. A request that would take up to more is offered up to the limit; one that needs more is
refused. With \`groups\` and \`notGroups\` some have more than others.`,
    example: `- { type: limits, name: usual, cores: 16, memory: 64, storage: 500, duration: P2D, notGroups: [large] }
- { type: limits, name: large, cores: 128, memory: 1024, groups: [large] }`,
    says: ['policy-limit', 'policy-capped', 'policy-duration'],
  },
  locations: {
    text: `Where data may come from, by the location that the client names. Where a server redirects to is decided by
\`data.allowedNetworks\` and \`data.allowedHosts\`. A path that could be read in two ways (an encoded slash or
dot-dot, a parameter after a semicolon, a doubled slash) is in no path that is allowed, and in every one that is excepted.`,
    example: `- type: locations
  name: archives
  allow:
    - { scheme: https, host: '*.example.org' }
    - { authority: example.org }
  deny:
    - { host: data.example.org, path: /proprietary/** }`,
    says: ['policy-data'],
  },
  environment: {
    text: 'Which variables of the environment a request may set, by their names. Values are not looked at.',
    example: `- { type: environment, name: variables, deny: [LD_*, 'AWS_*'] }`,
    says: ['policy-environment'],
  },
  quota: {
    text: `How much somebody may use: each user (\`of: user\`), or the members of each of the groups together (\`of: group\`). What
is used is counted inside the transaction that books or accepts, one at a time for an account, so that many at once get no
more than the quota. An execution counts with what it was promised from its acceptance on, and after its end, for as long as
the window, with what it really took. It counts for its owner and for the groups that the owner was in when asking,
whoever accepts it. \`GET /account\` shows what is one's own, \`GET /admin/quotas\` everybody's.`,
    example: `- type: quota
  name: everybody
  limits: { executions: 20, openOfferSets: 50, coreHours: 5000, storage: 2000 }
- { type: quota, name: survey, of: group, groups: [survey], limits: { coreHours: 100000 }, window: P30D }`,
    says: ['policy-quota'],
  },
  module: {
    text: `A rule of the site as an ES module. Its default export is a function that is given \`{ moment, time, caller, request }\`
and a signal, and answers \`true\`, \`false\`, or \`{ allow, reasons, cap }\`: the reasons are parts of sentences, \`cap\` has the most
\`cores\`, \`memory\` and \`storage\`. What it throws, and any other answer, is a denial. It runs in the broker and may do
whatever the broker may.

\`\`\`js
export default ({ caller, request }) =>
  caller.groups.includes('night') || request.compute.cores.min < 64
    ? { allow: true }
    : { allow: false, reasons: ['64 cores and more are for the night'] }
\`\`\``,
    example: `- { type: module, name: night, file: /etc/broker/night.mjs }`,
    says: ['policy-denied', 'policy-failed'],
  },
  harbor: {
    text: `Images of a Harbor, and what it has to say of them: that the project is one of \`projects\` (compared as a whole), or
public; that the image has one of \`labels\`, a signature, and nothing worse in it than \`severity\`. That there is a
signature is looked at, not whose it is. The image that the Harbor speaks of is the one that is run: the offer has its digest.

Answers are good for \`cacheFor\`. When the Harbor does not answer, nothing is allowed; with \`whenAway: last-answer\` what it
said last still serves for \`lastAnswerFor\`, and what it was never asked about is refused.`,
    example: `- type: harbor
  name: site-images
  url: https://harbor.example.org
  projects: [skaha, survey-*]
  labels: [headless]
  severity: high`,
    says: ['policy-image', 'image-narrowed', 'policy-failed'],
  },
  opa: {
    text: `A rule in Open Policy Agent. It is asked with \`POST\` and what a module is given as \`input\`, and answers the same as
\`result\`. A decision that is not defined, an answer that is none, and an agent that does not answer are denials.`,
    example: `- { type: opa, name: rules, url: 'http://127.0.0.1:8181/v1/data/broker/decision' }`,
    says: ['policy-denied', 'policy-failed'],
  },
}

/** All examples, as they stand below `policies` in a configuration. */
export const POLICY_EXAMPLES = Object.values(ABOUT)
  .map(({ example }) => example)
  .join('\n')

/** The page as Markdown. */
export function writePolicies(): string {
  return [
    '<!-- Generated from src/policy-schema.ts and scripts/policies-page.ts by `npm run generate`. Do not edit. -->',
    '# Policies',
    '',
    'What a site allows stands below `policies` in `broker.yaml`. Every policy is asked when something is offered and again',
    'when an offer is accepted; all have to allow it. Every reason for a refusal is told, with the name of the policy: in the',
    'messages of an answer NO, and in a problem `policy-denied` (403) when an offer is accepted, which stays open then. Of',
    'several limits the smallest holds. A policy that fails denies; the log has why, and `broker_policy_failures_total` counts',
    'it. Without any policy, everything that the platforms support is allowed.',
    '',
    '`broker policy check` says whether they can be understood; so does the start of the broker. `broker policy explain FILE`',
    'shows what each of them says about a request, for a user and groups of your choice, without a broker that runs.',
    '',
    ...POLICIES.items.oneOf.flatMap(({ properties, ...rest }) => {
      const { text, example, says } = ABOUT[properties.type.const]
      return [
        `## \`type: ${properties.type.const}\``,
        '',
        text,
        '',
        '```yaml',
        example,
        '```',
        '',
        ...table(leaves({ properties: properties }, ''), new Map(), rest.required),
        `It says ${says.map((name) => `[${name}](messages.md#${name}) (${MESSAGES[name].level})`).join(', ')}.`,
        '',
      ]
    }),
  ].join('\n')
}
