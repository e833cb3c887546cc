/**
 * What a simulated container does: how long it runs, what it writes, how it ends.
 *
 * The environment of the executable programs it; without that, a few well-known programs behave as they are expected
 * to (`echo`, `sleep`, `cat`, `cp`, `true`, `false`, and checksums of files in mounted volumes), and any other one says that
 * it was simulated and ends with 0.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { DateError, parseDuration, type Instant } from '../../domain/dates.ts'
import { codeOf } from '../../domain/error-code.ts'

/** The environment variables that program a simulated container. `docs/simulated.md` explains them to users. */
export const SIMULATION_VARIABLES = {
  SIMULATED_DURATION: 'How long the program runs, as an ISO 8601 duration such as PT5S.',
  SIMULATED_STDOUT: 'What it writes to stdout, its lines spread evenly over the duration.',
  SIMULATED_STDERR: 'What it writes to stderr, its lines spread evenly over the duration.',
  SIMULATED_EXIT_CODE: 'The exit code, 0 to 255.',
  SIMULATED_IMAGE_DURATION: 'How long pulling the image takes, as an ISO 8601 duration.',
  SIMULATED_FAIL:
    'What goes wrong: image (it cannot be pulled), start (the program cannot be started), memory (it is killed for using too much), lost (the container vanishes half-way), stop (it ignores SIGTERM).',
} as const

export const FAILURES = ['image', 'start', 'memory', 'lost', 'stop'] as const
export type Failure = (typeof FAILURES)[number]

/** The whole of a run, decided when it starts; what is true at an instant follows from it and the clock. */
export interface Run {
  readonly durationMs: number
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  readonly fail?: Failure
}

/** What a program is started with. `resolve` gives the real file behind a path in the container. */
export interface Invocation {
  readonly imageId: string
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly resolve: (path: string) => string | undefined
  /** As `resolve`, where the program may write. */
  readonly resolveForWriting: (path: string) => string | undefined
}

/** Decides what a run will do. */
export async function decideRun(invocation: Invocation, defaultDurationMs: number): Promise<Run> {
  const { environment } = invocation
  const known = await knownProgram(invocation)
  const fail = failureOf(environment)
  return {
    durationMs: durationOf(environment.SIMULATED_DURATION) ?? known.durationMs ?? defaultDurationMs,
    stdout: environment.SIMULATED_STDOUT ?? known.stdout ?? '',
    stderr: environment.SIMULATED_STDERR ?? known.stderr ?? '',
    exitCode: fail === 'memory' ? 137 : (exitCodeOf(environment.SIMULATED_EXIT_CODE) ?? known.exitCode ?? 0),
    ...(fail ? { fail } : {}),
  }
}

/** How long pulling the image takes, in milliseconds. */
export function imageDurationMs(environment: Readonly<Record<string, string>>): number {
  return durationOf(environment.SIMULATED_IMAGE_DURATION) ?? 0
}

/** What is programmed to go wrong. */
export function failureOf(environment: Readonly<Record<string, string>>): Failure | undefined {
  return FAILURES.find((failure) => failure === environment.SIMULATED_FAIL)
}

/** What is wrong with the variables of an environment: the variable and why. They are checked before anything is offered. */
export function variableFaults(environment: Readonly<Record<string, string>>): { variable: string; reason: string }[] {
  const faults: { variable: string; reason: string }[] = []
  for (const variable of ['SIMULATED_DURATION', 'SIMULATED_IMAGE_DURATION']) {
    const text = environment[variable]
    if (text !== undefined && durationOf(text) === undefined)
      faults.push({ variable, reason: 'it is not a duration such as PT5S' })
  }
  const exitCode = environment.SIMULATED_EXIT_CODE
  if (exitCode !== undefined && exitCodeOf(exitCode) === undefined)
    faults.push({ variable: 'SIMULATED_EXIT_CODE', reason: 'it is not a number from 0 to 255' })
  const fail = environment.SIMULATED_FAIL
  if (fail !== undefined && !failureOf(environment))
    faults.push({ variable: 'SIMULATED_FAIL', reason: `it is none of ${FAILURES.join(', ')}` })
  return faults
}

function durationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^PT0+(\.0+)?S$/.test(text)) return 0
  try {
    return parseDuration(text, 0).value
  } catch (error) {
    if (error instanceof DateError) return undefined
    throw error
  }
}

function exitCodeOf(text: string | undefined): number | undefined {
  const code = Number(text)
  return text !== undefined && /^\d+$/.test(text) && code <= 255 ? code : undefined
}

/** As long as no offer is. */
const FOREVER_MS = 100 * 366 * 86_400_000

type KnownProgram = (
  args: readonly string[],
  resolve: Invocation['resolve'],
  resolveForWriting: Invocation['resolve'],
) => Promise<Partial<Run>> | Partial<Run>

const checksum =
  (algorithm: string): KnownProgram =>
  async (args, resolve) => {
    let stdout = ''
    let stderr = ''
    for (const path of args.filter((arg) => !arg.startsWith('-'))) {
      const digest = await digestOf(algorithm, resolve(path))
      if (digest) stdout += `${digest}  ${path}\n`
      else stderr += `${algorithm}sum: ${path}: No such file or directory\n`
    }
    return { stdout, stderr, exitCode: stderr === '' ? 0 : 1 }
  }

const copy: KnownProgram = async ([from = '', to = ''], resolve, resolveForWriting) => {
  const [source, target] = [resolve(from), resolveForWriting(to)]
  if (!source || !target) return { stderr: `cp: cannot copy ${from} to ${to}\n`, exitCode: 1 }
  const content = await readFile(source).catch(whenMissing)
  if (content === undefined) return { stderr: `cp: ${from}: No such file or directory\n`, exitCode: 1 }
  await writeFile(target, content)
  return {}
}

const KNOWN_PROGRAMS: Readonly<Record<string, KnownProgram>> = {
  true: () => ({}),
  false: () => ({ exitCode: 1 }),
  echo: (args) => ({ stdout: `${args.join(' ')}\n` }),
  sleep: ([seconds]) => ({ durationMs: Math.max(0, Number(seconds) || 0) * 1000 }),
  cat: async (args, resolve) => {
    let stdout = ''
    let stderr = ''
    for (const path of args) {
      const file = resolve(path)
      const text = file && (await readFile(file, 'utf8').catch(whenMissing))
      if (text === undefined) stderr += `cat: ${path}: No such file or directory\n`
      else stdout += text
    }
    return { stdout, stderr, exitCode: stderr === '' ? 0 : 1 }
  },
  cp: (args, ...places) => copy(args, ...places),
  // A notebook is not executed: what is saved is what was fetched. A server runs until it is stopped.
  jupyter: (args, ...places) =>
    args[0] === 'lab'
      ? { durationMs: FOREVER_MS }
      : copy([args.at(-1) ?? '', args[args.indexOf('--output') + 1] ?? ''], ...places),
  md5sum: checksum('md5'),
  sha1sum: checksum('sha1'),
  sha256sum: checksum('sha256'),
  sha512sum: checksum('sha512'),
}

async function knownProgram({ argv, imageId, resolve, resolveForWriting }: Invocation): Promise<Partial<Run>> {
  const [program = '', ...args] = argv
  const known = Object.hasOwn(KNOWN_PROGRAMS, basename(program)) ? KNOWN_PROGRAMS[basename(program)] : undefined
  if (known) return known(args, resolve, resolveForWriting)
  return { stdout: `Simulated run of ${imageId}${argv.length > 0 ? `: ${argv.join(' ')}` : ''}\n` }
}

async function digestOf(algorithm: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const hash = createHash(algorithm)
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  } catch (error) {
    return whenMissing(error)
  }
  return hash.digest('hex')
}

function whenMissing(error: unknown): undefined {
  if (['ENOENT', 'EISDIR'].includes(codeOf(error))) return undefined
  throw error
}

/** The part of a text written by an instant: the first line at once, the others evenly over the duration of the run. */
export function writtenBy(
  text: string,
  { startedAt, durationMs }: { readonly startedAt: Instant; readonly durationMs: number },
  instant: Instant,
): Buffer {
  const elapsed = instant - startedAt
  if (elapsed >= durationMs) return Buffer.from(text)
  const lines = text.split(/(?<=\n)/)
  return Buffer.from(lines.slice(0, Math.floor((lines.length * elapsed) / durationMs) + 1).join(''))
}
