/** A request in one line: an image, its command, and what it needs, as options. */
import { KIND, type ExecutionRequest, type RequestDocument, type Schemas } from '../client/broker-client.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failures.ts'
import { secondsIn } from './figures.ts'

/** The options that say what a program needs. They are for an image; a file says all of that itself. */
export interface OneLineOptions {
  readonly cores?: number
  readonly memory?: number
  readonly duration?: string
  readonly data?: readonly string[]
  readonly save?: readonly string[]
  readonly env?: readonly string[]
  readonly name?: string
}

/** Directories of the data and of the results; of several, each is in the directory of its number below. */
const DATA_DIRECTORY = '/data'
const RESULTS_DIRECTORY = '/results'

/** The form of the name of an image; the broker looks at it more closely. */
const IMAGE = /^\w[\w./:@-]*$/

/** The options that were given, as they are typed. */
export function givenOptions(options: OneLineOptions): string[] {
  const { cores, memory, duration, data, save, env, name } = options
  return Object.entries({ cores, memory, duration, data, save, env, name })
    .filter(([, value]) => value !== undefined && (!Array.isArray(value) || value.length > 0))
    .map(([option]) => `--${option}`)
}

/** The request for an image. Throws CommandError for a text that is no reference to an image, and for options that make no sense. */
export function oneLineRequest(image: string, command: readonly string[], options: OneLineOptions): RequestDocument {
  if (!IMAGE.test(image))
    throw new CommandError(
      `There is no file ${image}, and it is no image either; write the path of a request or an image such as docker.io/library/busybox:1.37.`,
      EXIT.usage,
    )
  const { cores, memory, name } = options
  requireUrls(options)
  const resources = [
    ...dataResources(options.data ?? [], 'READONLY', DATA_DIRECTORY),
    ...dataResources(options.save ?? [], 'WRITEONLY', RESULTS_DIRECTORY),
  ]
  const request: ExecutionRequest = {
    ...(name === undefined ? {} : { meta: { name } }),
    executable: {
      kind: KIND.dockerContainer,
      image: { locations: [image] },
      ...(command.length > 0 ? { command: [...command] } : {}),
      ...environmentOf(options.env ?? []),
    },
    compute: {
      kind: KIND.simpleCompute,
      ...(cores === undefined ? {} : { cores: { min: cores, max: cores } }),
      ...(memory === undefined ? {} : { memory: { min: memory, max: memory } }),
      ...(resources.length > 0 ? { volumes: resources.map(({ volume }) => volume) } : {}),
    },
    ...(resources.length > 0 ? { data: resources.map(({ data }) => data) } : {}),
    ...scheduleOf(options.duration),
  }
  return { text: JSON.stringify(request), mediaType: 'application/json' }
}

/** Refuses what is no URL before the broker is asked, which knows nothing of options. */
function requireUrls({ data = [], save = [] }: OneLineOptions): void {
  const isUrl = (text: string) => URL.canParse(text) && text.includes('://')
  const [source, target] = [data, save].map((all) => all.find((text) => !isUrl(text)))
  if (source !== undefined)
    throw new CommandError(
      `--data ${source} is not a URL; data are read from a URL, such as --data https://example.org/stars.csv.`,
      EXIT.usage,
    )
  if (target !== undefined)
    throw new CommandError(
      `--save ${target} is not a URL; what the program writes to /results is written to a URL, such as --save https://example.org/sorted.csv.`,
      EXIT.usage,
    )
}

interface MountedData {
  readonly data: Schemas['DataResource']
  readonly volume: Schemas['VolumeMount']
}

function dataResources(
  locations: readonly string[],
  access: 'READONLY' | 'WRITEONLY',
  directory: string,
): readonly MountedData[] {
  return locations.map((location, index) => {
    const path = locations.length === 1 ? directory : `${directory}/${index + 1}`
    return {
      data: { kind: KIND.simpleData, meta: { name: path }, location, access },
      volume: {
        kind: KIND.simpleVolumeMount,
        path,
        mode: access === 'READONLY' ? 'READONLY' : 'READWRITE',
        resource: path,
      },
    }
  })
}

function environmentOf(pairs: readonly string[]): { environment?: Record<string, string> } {
  const entries = pairs.map((pair): [string, string] => {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new CommandError(`'${pair}' is not NAME=VALUE, such as --env BAND=red.`, EXIT.usage)
    return [pair.slice(0, equals), pair.slice(equals + 1)]
  })
  return entries.length > 0 ? { environment: Object.fromEntries(entries) } : {}
}

function scheduleOf(duration: string | undefined): Pick<ExecutionRequest, 'schedule'> {
  if (duration === undefined) return {}
  const seconds = secondsIn(duration)
  if (seconds === undefined)
    throw new CommandError(`'${duration}' is not a duration such as 30m, 1h30m, 90s or PT30M.`, EXIT.usage)
  return { schedule: { requested: { duration: `PT${seconds}S` } } }
}
