/** `broker fetch`: results that could not be saved, while the platform keeps them. */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Schemas } from '../client/broker-client.ts'
import { withExecution } from './by-uuid.ts'
import type { CommandContext } from './commands.ts'
import { fileCodeOf } from './document.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failures.ts'
import { visible } from './visible.ts'

export interface FetchOptions {
  /** The directory that they are put into. */
  readonly to: string
  readonly file?: string
}

/** Fetches what is kept of each data resource of an execution; writes over no file. */
export async function fetchKept(
  reference: string,
  { to, file }: FetchOptions,
  { client, terminal }: CommandContext,
): Promise<number> {
  const { data = [], meta } = await withExecution(reference, client, (uuid) => client.execution(uuid))
  const kept = data.filter(isKept)
  if (kept.length === 0) {
    terminal.say(`Nothing is kept of ${meta.uuid}: 'broker status ${meta.uuid}' says what became of its results.`)
    return EXIT.failed
  }
  await makeDirectory(to)
  for (const one of kept) {
    const response = await client.kept(
      one.meta?.uuid ?? '',
      file === undefined ? '' : `?FILE=${encodeURIComponent(file)}`,
    )
    const path = join(to, nameFor(response.headers))
    await write(response, path)
    terminal.result(path)
  }
  return EXIT.ok
}

const isKept = ({ meta }: Schemas['DataResource']) =>
  (meta?.messages ?? []).some(({ kind }) => kind?.endsWith(':results-kept'))

/** The longest name that the file systems of Linux take, in bytes. */
const NAME_BYTES_MAX = 255
const NAMELESS = 'result'

/** The name that the broker gives; never a path, nor hidden, as files of settings are. One that cannot be is `result`. */
export function nameFor(headers: Headers): string {
  const [, given = ''] = /filename\*=UTF-8''([^;]+)/.exec(headers.get('Content-Disposition') ?? '') ?? []
  const name = visible(basename(decoded(given))).replace(/^\.+/, '')
  return name === '' || Buffer.byteLength(name) > NAME_BYTES_MAX ? NAMELESS : name
}

/** A text with its bytes written as %41; empty for one that is none. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return ''
    throw error
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    const code = fileCodeOf(error)
    if (code === undefined) throw error
    throw new CommandError(`The directory ${path} cannot be made (${code}); name another with --to.`, EXIT.usage)
  }
}

async function write(response: Response, path: string): Promise<void> {
  try {
    await pipeline(Readable.from(response.body ?? []), createWriteStream(path, { flags: 'wx' }))
  } catch (error) {
    const code = fileCodeOf(error)
    if (code === 'EEXIST')
      throw new CommandError(`There is a file ${path} already; name another directory with --to.`, EXIT.failed)
    if (code === 'EACCES')
      throw new CommandError(`${path} may not be written by this user; name another directory with --to.`, EXIT.usage)
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error
    throw new CommandError(`${path} cannot be written (${code}); name another directory with --to.`, EXIT.failed)
  }
}
