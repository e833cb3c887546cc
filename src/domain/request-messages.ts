/**
 * What the broker says about a request: what it changed or did not understand, and why the answer is NO. Each message
 * attaches to the offer set (of a direct run: to the execution that never was) or, where it says so, to a component of
 * an offer.
 */
import type { MessageEntry } from './message-entry.ts'

export const REQUEST_MESSAGES = {
  // What the broker changed or did not understand.
  'unknown-field': {
    level: 'WARN',
    template: 'The field ${pointer} is not part of the contract and was ignored.${meant}',
    places: ['offer set'],
    advice:
      'Correct the name of the field, or leave it out; the contract at `/openapi.json` has every field. With `Prefer: handling=strict` such a request is refused.',
  },
  'unknown-fields-more': {
    level: 'WARN',
    template: 'There are ${count} more fields that are not part of the contract; they were ignored as well.',
    places: ['offer set'],
    advice: 'Correct the fields that are named first; the contract at `/openapi.json` has every field.',
  },
  'null-entry': {
    level: 'WARN',
    template:
      '${pointer} has no value (null) and was left out. For an empty text write ${name}: "", for the word null write ${name}: "null".',
    places: ['offer set'],
    advice: 'Write a value, in YAML in quotes, or leave the entry out.',
  },
  'messages-more': {
    level: 'WARN',
    template: 'There are ${count} further messages; change what these name, and ask again.',
    places: ['offer set'],
    advice: 'Change what the other messages name first.',
  },
  'earlier-schema': {
    level: 'INFO',
    template:
      'What the request has in ${pointer} is written as in an earlier schema (${form}); it was read as ${readAs}.',
    places: ['offer set'],
    advice: 'Nothing has to be done. Write the current form when the client is next changed.',
  },
  'date-read-as': {
    level: 'WARN',
    template: "The value '${text}' of ${pointer} was read as '${readAs}'.",
    places: ['offer set'],
    advice: 'Check that this is what was meant, and write it so.',
  },
  'value-read-as': {
    level: 'WARN',
    template: "The value '${text}' of ${pointer} was read as ${readAs}.",
    places: ['offer set'],
    advice: 'Write the value as the message has it: numbers and true or false without quotes, texts in quotes.',
  },
  'shell-line': {
    level: 'WARN',
    template:
      "The value '${text}' of ${pointer} is taken as one word, with its spaces; for a program and its arguments write ${written}.",
    places: ['offer set'],
    advice:
      'Write each word as an entry of its own. No shell reads it; for a line of a shell write [sh, -c, "ls -l / | wc -l"].',
  },
  'maximum-capped': {
    level: 'WARN',
    template: 'No pool has ${maximum} ${resource} as ${pointer} asks for; offers go up to ${limit}.',
    places: ['offer set'],
    advice: 'Nothing has to be done: the minimum is met. A lower maximum says the same.',
  },
  'maximum-shared': {
    level: 'INFO',
    template:
      'Open offers of one user hold a share of a pool at most, so offers go up to ${limit} ${resource} and not to the ${maximum} of ${pointer}.',
    places: ['offer set'],
    advice: 'Nothing has to be done: the minimum is met. Ask for a larger minimum to get more.',
  },
  'own-open-offers': {
    level: 'WARN',
    template:
      'Your own open offers hold ${amount} of ${capacity} ${resource} of the pool ${pool} until ${until}${may}; accept or reject them, and ask again, to start earlier.',
    places: ['offer set'],
    advice:
      'Accept one offer of each open set or reject the set (`POST /offersets/{uuid}` with the phase REJECTED); `GET /offersets` lists them.',
  },
  'simulated-platform': {
    level: 'INFO',
    template:
      'The platform ${platform} is simulated: no container is run, output and exit code are made up, and nothing is written outside of volumes.',
    places: ['executable'],
    advice: 'Choose an offer of another platform when the work has to be done in earnest.',
  },
  'root-measured': {
    level: 'INFO',
    template:
      'Outside of its volumes the program may write ${limit} GiB; that is measured from time to time, and a program that has written more is ended.',
    places: ['executable'],
    advice: 'Ask for storage, and mount it with `compute.volumes`, for what is larger than that.',
  },
  'root-read-only': {
    level: 'INFO',
    template: 'The program can write to its volumes only, and to what the platform keeps in memory, such as /tmp.',
    places: ['executable'],
    advice: 'Ask for storage, and mount it with `compute.volumes`, for what the program writes.',
  },
  'notebook-not-saved': {
    level: 'WARN',
    template:
      'What becomes of the notebook is not saved: no data resource with the access WRITEONLY has a location that ends in .ipynb.',
    places: ['offer set'],
    advice: 'Add such a data resource, with the URL that the executed notebook is to be saved to.',
  },
  'image-pinned': {
    level: 'INFO',
    template: 'The image ${image} was found here as ${digest} and is run as such.',
    places: ['executable'],
    advice: 'Give the digest in `executable.image.digest` to run exactly this image again.',
  },
  // Why the answer is NO.
  'executable-required': {
    level: 'ERROR',
    template: 'The request has no executable; describe in ${pointer} what shall be run.',
    places: ['offer set'],
    advice: 'Add an executable, such as a docker-container with an image.',
  },
  'unknown-kind': {
    level: 'ERROR',
    template: "The kind '${kind}' of ${pointer} is not known here; known are ${known}.",
    places: ['offer set'],
    advice: 'Take one of the kinds that the message lists, or ask another broker.',
  },
  'not-supported': {
    level: 'ERROR',
    template: 'No platform here supports what ${pointer} asks for: ${reason}.',
    places: ['offer set'],
    advice: 'Leave out what the pointer leads to, or ask another broker.',
  },
  'notebooks-not-here': {
    level: 'ERROR',
    template: 'This site does not run what ${pointer} asks for: ${reason}.',
    places: ['offer set'],
    advice:
      'Ask the operator of the site to set `notebooks.image`, for notebooks that are worked in `notebooks.server` too, or ask another broker. A docker-container whose image has Jupyter runs a notebook as well.',
  },
  'platform-away': {
    level: 'ERROR',
    template: 'Nothing can be offered now: ${reason}.',
    places: ['offer set'],
    advice:
      'Ask again in a minute. If it stays so, tell the operator of the site, who sees the cause with `broker doctor`.',
  },
  'invalid-value': {
    level: 'ERROR',
    template: "The value '${value}' of ${pointer} cannot be used: ${reason}.",
    places: ['offer set'],
    advice: 'Change the value that the pointer leads to; the message says what is wrong with it.',
  },
  'invalid-variable': {
    level: 'ERROR',
    template: "The environment variable '${variable}' (${pointer}) cannot be set: ${reason}.",
    places: ['offer set'],
    advice: 'Change the name or the value of the variable; the message says what is wrong with it.',
  },
  'missing-value': {
    level: 'ERROR',
    template: '${pointer} is missing: ${what} is needed.',
    places: ['offer set'],
    advice: 'Say in the request what is missing.',
  },
  'too-many-limits': {
    level: 'ERROR',
    template:
      'The request and its parts have ${count} limits on costs and metrics, from ${pointer} on more than the ${most} that are looked at: leave some out, such as all but one for each type in /costs and /metrics, which hold for the whole request.',
    places: ['offer set'],
    advice: 'Limit the costs and metrics of the whole request, and of its parts only where it matters.',
  },
  'minimum-above-maximum': {
    level: 'ERROR',
    template: 'The minimum ${minimum} of ${pointer} is above its maximum ${maximum}.',
    places: ['offer set'],
    advice: 'Lower the minimum or raise the maximum.',
  },
  'reference-not-found': {
    level: 'ERROR',
    template:
      "The reference '${reference}' of ${pointer} is neither a name nor a UUID of ${expected} in this request; ${known}.",
    places: ['offer set'],
    advice: 'Use the `meta.name` or `meta.uuid` of a resource in the same request.',
  },
  'reference-ambiguous': {
    level: 'ERROR',
    template: "The reference '${reference}' of ${pointer} fits more than one resource; give each its own name.",
    places: ['offer set'],
    advice: 'Give each resource its own `meta.name` and refer to it by that.',
  },
  'reference-to-itself': {
    level: 'ERROR',
    template: "The reference '${reference}' of ${pointer} leads back to where it is; it has to lead to ${expected}.",
    places: ['offer set'],
    advice: 'Refer to the `meta.name` or `meta.uuid` of another resource in the same request.',
  },
  'storage-conflict': {
    level: 'ERROR',
    template: '${pointer} puts data into another storage resource than ${other} does.',
    places: ['offer set'],
    advice: 'Say where data are at one of the two places only.',
  },
  'duplicate-name': {
    level: 'ERROR',
    template: "The name '${name}' of ${pointer} is used twice; give each resource its own name.",
    places: ['offer set'],
    advice: 'Give each data and storage resource its own `meta.name`.',
  },
  'duplicate-path': {
    level: 'ERROR',
    template: "The mount path '${path}' of ${pointer} ${relation} '${other}', the path of another volume.",
    places: ['offer set'],
    advice: 'Give each volume a path of its own, such as /data/first and /data/second.',
  },
  'too-many-mounts': {
    level: 'ERROR',
    template:
      'The volumes come to ${count} mounts, too many from ${pointer} on, because every data resource in a storage resource is mounted with it; at most ${max} are possible. Mount each storage at one path only, such as /data.',
    places: ['offer set'],
    advice:
      'Leave out volumes that mount a storage resource once more, or mount data in it by themselves, such as `{"path": "/data/stars", "resource": "stars"}`.',
  },
  'window-past': {
    level: 'ERROR',
    template: 'Nothing can start in ${pointer} any more: preparation takes until ${earliest}. ${next}',
    places: ['offer set'],
    advice:
      'Ask for a later start, with some minutes to decide, or leave `schedule.requested.start` out to start as soon as possible.',
  },
  'beyond-horizon': {
    level: 'ERROR',
    template: 'Nothing is offered after ${horizon}; ${pointer} begins later.',
    places: ['offer set'],
    advice: 'Ask for a start before the instant in the message, or ask again nearer to the time.',
  },
  'duration-limit': {
    level: 'ERROR',
    template: 'The duration ${duration} of ${pointer} is above the limit of ${limit}.',
    places: ['offer set'],
    advice: 'Ask for a shorter duration, and split the work where that is possible.',
  },
  'resource-limit': {
    level: 'ERROR',
    template: 'No pool has ${minimum} ${resource} as ${pointer} asks for at least; the largest has ${limit}.',
    places: ['offer set'],
    advice: 'Lower the minimum to what the message names, or ask another broker.',
  },
  'no-accelerators': {
    level: 'ERROR',
    template: 'No pool has the accelerators that ${pointer} asks for: ${known}.',
    places: ['offer set'],
    advice: 'Ask for one of the kinds that the message names, leave the accelerators out, or ask another broker.',
  },
  'no-pool': {
    level: 'ERROR',
    template:
      'No single pool has ${cores} cores, ${memory} GiB of memory, ${storage} GiB of storage and ${accelerators} accelerators together.',
    places: ['offer set'],
    advice: 'Lower one of the minima; each alone is possible, all of them together are not.',
  },
  'no-capacity': {
    level: 'ERROR',
    template: 'There are not enough ${resource} free in the requested time. ${next}',
    places: ['offer set'],
    advice: 'Ask for the slot that the message names, for less, or for a shorter duration; or ask again later.',
  },
  'pool-maintenance': {
    level: 'INFO',
    template: 'The pool ${pool} is maintained from ${from} until ${until}: ${reason}',
    places: ['offer set'],
    advice: 'Ask for a start after the maintenance, or for one that is over before it.',
  },
  'limit-not-stated': {
    level: 'ERROR',
    template:
      'No pool here that could run this states ${type}${units}, so the limit of ${pointer} cannot be kept. Leave it out${known}.',
    places: ['offer set'],
    advice: 'Leave the limit out, limit one of the kinds that the message names, or ask another broker.',
  },
  'limit-too-low': {
    level: 'ERROR',
    template:
      'No offer keeps to the ${limit} of ${type} that ${pointer} allows at most; the lowest possible is ${lowest}, in the pool ${pool}. Raise the limit to that, or ask for ${less}.',
    places: ['offer set'],
    advice: 'Raise the limit to the lowest possible value, or ask for less.',
  },
  'limit-too-high': {
    level: 'ERROR',
    template:
      'No offer reaches the ${limit} of ${type} that ${pointer} asks for at least; the highest possible is ${highest}, in the pool ${pool}. Lower the limit to that${more}.',
    places: ['offer set'],
    advice: 'Lower the limit to the highest possible value.',
  },
  'limits-not-together': {
    level: 'ERROR',
    template: 'No offer keeps to all limits of ${pointers} together. Loosen one of them: ${pools}.',
    places: ['offer set'],
    advice: 'Loosen one of the limits to what one of the pools in the message has, or leave it out.',
  },
  'limits-not-now': {
    level: 'ERROR',
    template: 'Nothing that is free in the requested time keeps to the limits of ${pointers}. ${next}',
    places: ['offer set'],
    advice: 'Ask for the slot that the message names, allow other starts, or loosen a limit.',
  },
  'data-unavailable': {
    level: 'ERROR',
    template: 'The data at ${location} could not be fetched: ${reason}.',
    places: ['offer set'],
    advice: 'Check the location, and that it is open to this broker.',
  },
  'data-too-large': {
    level: 'ERROR',
    template: 'The data at ${location} have ${bytes} bytes, more than the ${limit} that ${what} allows.',
    places: ['offer set'],
    advice: 'Ask for larger storage, or for a part of the data.',
  },
} as const satisfies Record<string, MessageEntry>
