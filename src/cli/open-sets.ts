/**
 * The offers that a file was last answered with. Who asks again with the same file does not want the earlier offers any
 * longer, and they would hold the very capacity that is asked for. It is noted in the user's state directory.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError, type BrokerClient, type OfferSet } from '../client/broker-client.ts'
import { fileCodeOf } from './document.ts'

export class OpenSets {
  readonly #directory: string
  readonly #client: BrokerClient

  /** `stateDirectory` is where programs of this user keep what they know. */
  constructor(stateDirectory: string, client: BrokerClient) {
    this.#directory = join(stateDirectory, 'broker', 'open-sets')
    this.#client = client
  }

  /** The offer set that this file was answered with, as long as an offer of it is open. */
  async openSet(file: string): Promise<string | undefined> {
    const uuid = await readNote(await this.#noteOf(file))
    if (uuid === undefined) return undefined
    const { offers = [] } = await this.#client.offerSet(uuid).catch(noneOf)
    return offers.some(({ phase }) => phase === 'OFFERED') ? uuid : undefined
  }

  /** Rejects what is still open of the offers that this file was answered with; gives whether there was something. */
  async rejectEarlier(file: string): Promise<boolean> {
    const note = await this.#noteOf(file)
    const uuid = await readNote(note)
    if (uuid === undefined) return false
    const wasOpen = await this.#reject(uuid)
    await rm(note, { force: true })
    return wasOpen
  }

  /** Notes which offers a file was answered with; gives why that is not possible, such as a directory without the right to write. */
  async note(file: string, uuid: string): Promise<string | undefined> {
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 })
      await writeFile(await this.#noteOf(file), `${uuid}\n`, { mode: 0o600 })
      return undefined
    } catch (error) {
      if (fileCodeOf(error) === undefined) throw error
      return (error as Error).message
    }
  }

  async #reject(uuid: string): Promise<boolean> {
    const rejected = await this.#client.rejectOffers(uuid).catch(noneOf)
    return 'meta' in rejected
  }

  async #noteOf(file: string): Promise<string> {
    const name = createHash('sha256')
      .update(`${this.#client.url}\n${await realpath(file)}`)
      .digest('hex')
    return join(this.#directory, name)
  }
}

/** Nothing, for a set that is another caller's, was forgotten, or of which nothing is open any more. */
function noneOf(error: unknown): Partial<OfferSet> {
  if (error instanceof ProblemError && [403, 404, 409, 410].includes(error.problem.status)) return {}
  throw error
}

/** The text of a note; undefined when there is none, or none that this user may read. */
async function readNote(note: string): Promise<string | undefined> {
  try {
    return (await readFile(note, 'utf8')).trim()
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(fileCodeOf(error) ?? '')) return undefined
    throw error
  }
}
