/** What the broker says when the policies of the site refuse a request, or make it smaller. */
import type { MessageEntry } from './message-entry.ts'

export const POLICY_MESSAGES = {
  'policy-image': {
    level: 'ERROR',
    template: 'The image ${image} of ${pointer} may not be run here: ${reason} (policy ${policy}).',
    places: ['offer set'],
    advice: 'Choose an image that the site allows, or ask its operator to allow this one.',
  },
  'policy-limit': {
    level: 'ERROR',
    template: '${pointer} asks for at least ${minimum} ${what}, and the policy ${policy} allows ${limit}.',
    places: ['offer set'],
    advice: 'Ask for no more than the limit that the message names, or ask the operator of the site for more.',
  },
  'policy-duration': {
    level: 'ERROR',
    template: '${pointer} asks for ${duration}, and the policy ${policy} allows ${limit}.',
    places: ['offer set'],
    advice: 'Ask for a shorter duration, and split the work where that is possible.',
  },
  'policy-port': {
    level: 'ERROR',
    template: 'The port ${port} of ${pointer} may not be used here: ${reason} (policy ${policy}).',
    places: ['offer set'],
    advice: 'Use a port that the site allows, or ask its operator to allow this one.',
  },
  'policy-data': {
    level: 'ERROR',
    template: 'The data at ${location} of ${pointer} may not be used here: ${reason} (policy ${policy}).',
    places: ['offer set'],
    advice: 'Take the data from a place that the site allows, or ask its operator to allow this one.',
  },
  'policy-environment': {
    level: 'ERROR',
    template: 'The variable ${variable} of ${pointer} may not be set here: ${reason} (policy ${policy}).',
    places: ['offer set'],
    advice: 'Leave the variable out, or ask the operator of the site to allow it.',
  },
  'policy-quota': {
    level: 'ERROR',
    template: 'The quota ${policy} is ${limit}; ${used}, and this needs ${needed} more.',
    places: ['offer set'],
    advice:
      'Accept or reject open offers, wait until something of yours has ended, or ask for less; `GET /account` shows what is used.',
  },
  'pools-drained': {
    level: 'ERROR',
    template: 'Pools that could run this take nothing new on now: ${pools}.',
    places: ['offer set'],
    advice: 'Ask again later; the operator of the site has closed these pools for new work, such as for a repair.',
  },
  'policy-denied': {
    level: 'ERROR',
    template: 'This is not allowed here: ${reason} (policy ${policy}).',
    places: ['offer set'],
    advice: 'The reason comes from the rules of the site; its operator can say more.',
  },
  'policy-failed': {
    level: 'ERROR',
    template: 'The policy ${policy} cannot decide now: ${reason} Nothing is offered or accepted without it.',
    places: ['offer set'],
    advice:
      'Ask again later. If it stays so, tell the operator of the site, who finds the cause in the log of the broker and with `broker doctor`.',
  },
  'policy-capped': {
    level: 'WARN',
    template: '${pointer} asks for up to ${maximum} ${what}; offers go up to the ${limit} that the policies allow.',
    places: ['offer set'],
    advice: 'Nothing has to be done: the minimum is met. A lower maximum says the same.',
  },
  'image-narrowed': {
    level: 'INFO',
    template: 'The image is taken from ${image}, as the policies of the site have it.',
    places: ['offer set'],
    advice: 'Nothing has to be done.',
  },
} as const satisfies Record<string, MessageEntry>
