/** What the broker says while an execution lives. Each message attaches to the component concerned. */
import type { MessageEntry } from './message-entry.ts'

export const EXECUTION_MESSAGES = {
  'data-progress': {
    level: 'INFO',
    template: '${bytes} of ${total} bytes of ${location} were copied.',
    places: ['data'],
    advice: 'Nothing has to be done.',
  },
  'data-staged': {
    level: 'INFO',
    template: '${bytes} bytes of ${location} were copied${verified}.',
    places: ['data'],
    advice: 'Nothing has to be done.',
  },
  'data-saved': {
    level: 'INFO',
    template: '${bytes} bytes were saved to ${location}; their SHA-256 is ${sha256}.',
    places: ['data'],
    advice: 'Nothing has to be done.',
  },
  'results-kept': {
    level: 'WARN',
    template:
      "The results for ${location} are kept in the volume ${volume} of the platform ${platform}, until ${until}${shorter}; 'broker fetch ${execution} --to DIRECTORY' fetches them.",
    places: ['data'],
    advice:
      'Fetch them before that time, with `broker fetch UUID --to DIRECTORY` or from `/data/{uuid}/kept`; the operator of the platform can copy them too. Then they are removed.',
  },
  'results-not-kept': {
    level: 'WARN',
    template: 'The results for ${location} are not kept: ${reason}.',
    places: ['data'],
    advice: 'Run the execution again, with results that can be saved where they should go.',
  },
  'storage-exceeded': {
    level: 'WARN',
    template: '${used} GiB are in this storage, which has ${size} GiB: more than was promised to anybody.',
    places: ['storage'],
    advice: 'Ask for more storage the next time. What is too much may be lost where the platform runs out of space.',
  },
  'image-progress': {
    level: 'INFO',
    template: 'Pulling ${image}: ${progress}.',
    places: ['executable'],
    advice: 'Nothing has to be done.',
  },
  'platform-unavailable': {
    level: 'WARN',
    template: 'The platform ${platform} cannot be used now: ${reason}. The broker tries again until ${until}.',
    places: ['executable', 'compute', 'storage', 'data', 'volume'],
    advice: 'Wait. The operator of the platform can see to it.',
  },
  'step-failed': {
    level: 'ERROR',
    template: '${what} failed: ${reason}.',
    places: ['executable', 'compute', 'storage', 'data', 'volume'],
    advice: 'The reason says whether the request has to be changed or only asked for again.',
  },
  'port-published': {
    level: 'INFO',
    template: 'The port ${port} of the program is reached at ${location}.',
    places: ['executable'],
    advice: 'Connect to it while the program runs; `connectors` of the execution has the same.',
  },
  'exit-code': {
    level: 'ERROR',
    template: 'The program ended with exit code ${exitCode}.',
    places: ['executable'],
    advice: 'Read what the program wrote to stderr, at `executable.streams.stderr.locations`.',
  },
  'exit-signal': {
    level: 'ERROR',
    template: 'The program ended with exit code ${exitCode}, as by ${signal}.',
    places: ['executable'],
    advice:
      'Read what the program wrote to stderr. SIGKILL also comes from a kernel whose memory has run out: ask for more `compute.memory` if that may be so. SIGTERM and SIGPWR also come from an engine that shuts down: ask again then.',
  },
  'program-not-started': {
    level: 'ERROR',
    template: 'The program could not be started: ${reason}.',
    places: ['executable'],
    advice: 'Check the entry point and the command, and that the image has them.',
  },
  'out-of-memory': {
    level: 'ERROR',
    template: 'The program was killed because it used more memory than the ${memory} GiB of its offer.',
    places: ['executable'],
    advice: 'Ask again with more `compute.memory`.',
  },
  'root-exceeded': {
    level: 'ERROR',
    template:
      'The program was ended because it wrote ${used} GiB outside of its volumes, where ${limit} GiB are allowed.',
    places: ['executable'],
    advice: 'Ask for storage, mount it with `compute.volumes`, and let the program write there.',
  },
  'maintenance-withdrew': {
    level: 'WARN',
    template: 'The offer was withdrawn, because its pool is maintained then: ${reason}',
    places: ['execution'],
    advice: 'Ask for offers again.',
  },
  'time-limit': {
    level: 'ERROR',
    template: 'The program was stopped because the granted duration of ${duration} was over.',
    places: ['executable'],
    advice: 'Ask again with a longer `schedule.requested.duration`.',
  },
  'time-over': {
    level: 'INFO',
    template: 'The server was stopped because the granted duration of ${duration} was over.',
    places: ['executable'],
    advice:
      'Nothing has to be done: what was written until then is saved. Before it is over more can be asked for, at `/schedule/available/duration`.',
  },
  'workload-lost': {
    level: 'ERROR',
    template: 'The platform ${platform} lost the container: ${reason}.',
    places: ['compute'],
    advice: 'Ask again. The operator of the platform should know of it.',
  },
  'duration-changed': {
    level: 'INFO',
    template: 'The granted duration was changed from ${from} to ${to}${at}.',
    places: ['execution'],
    advice: 'Nothing has to be done. The quoted costs are those of the new duration.',
  },
  'compute-changed': {
    level: 'INFO',
    template: 'The ${what} were changed from ${from} to ${to}.',
    places: ['execution'],
    advice: 'Nothing has to be done. The quoted costs are those of the new amount.',
  },
  'changes-left-out': {
    level: 'INFO',
    template: 'The last ${kept} changes of this execution are listed; earlier ones were left out.',
    places: ['execution'],
    advice: 'Nothing has to be done.',
  },
  'starts-earlier': {
    level: 'INFO',
    template:
      'Capacity is free: the execution starts as soon as it is ready, and not only at ${promised}, which was promised.',
    places: ['execution'],
    advice: 'Nothing has to be done. Ask with `startEarly: false` for a start that is never early.',
  },
  'started-late': {
    level: 'WARN',
    template: 'The execution started ${seconds} s after the promised start: ${reason}.',
    places: ['execution'],
    advice: 'Nothing has to be done: the granted duration counts from the real start.',
  },
  'storage-late': {
    level: 'WARN',
    template: 'The storage is made later than planned, because others have not given back what they had before.',
    places: ['storage'],
    advice: 'Nothing has to be done: the broker waits for it, and the granted duration counts from the real start.',
  },
  'output-truncated': {
    level: 'WARN',
    template: 'Of the ${bytes} bytes of ${stream} only the last ${limit} are kept.',
    places: ['executable'],
    advice: 'Let the program write less, or write to a file in its storage.',
  },
  'account-disabled': {
    level: 'WARN',
    template: 'The account of the owner was disabled.',
    places: ['execution'],
    advice: 'Ask the operator of the site.',
  },
  'cannot-release': {
    level: 'WARN',
    template: 'Giving back ${what} failed: ${reason}. The broker tries again.',
    places: ['executable', 'compute', 'storage', 'data', 'volume'],
    advice: 'Nothing has to be done. The operator of the platform can see to it.',
  },
} as const satisfies Record<string, MessageEntry>
