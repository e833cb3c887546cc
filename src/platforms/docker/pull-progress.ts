/** How far a pull has come, in words, from the lines that the engine sends meanwhile. */
import type { PullLine } from './engine-answers.ts'

interface Layer {
  /** Whether it was downloaded. */
  readonly done: boolean
  /** Only Docker tells of it, after the download. */
  readonly unpacking: boolean
  readonly currentBytes: number
  readonly totalBytes: number
}

/** Layers that are counted. An image of more cannot be run; a registry may name thousands, and all are gone through each time. */
const LAYERS_MAX = 500

/** Takes line after line; `words` is what can be said after them, undefined before the first layer is known. */
export class PullProgress {
  readonly #layers = new Map<string, Layer>()

  take({ id, status = '', progressDetail }: PullLine): void {
    if (id === undefined || !isOfLayer(status)) return
    const known = this.#layers.get(id)
    if (!known && this.#layers.size >= LAYERS_MAX) return
    const { current = 0, total } = progressDetail ?? {}
    this.#layers.set(id, {
      done: known?.done || /^(Download complete|Pull complete|Already exists)$/.test(status),
      unpacking: status === 'Extracting',
      currentBytes: status === 'Downloading' ? current : (known?.currentBytes ?? 0),
      totalBytes: status === 'Downloading' ? (total ?? 0) : (known?.totalBytes ?? 0),
    })
  }

  words(): string | undefined {
    const layers = [...this.#layers.values()]
    if (layers.length === 0) return undefined
    const done = layers.filter((layer) => layer.done).length
    const total = sum(layers.map(({ totalBytes }) => totalBytes))
    const current = sum(layers.map((layer) => (layer.done ? layer.totalBytes : layer.currentBytes)))
    const bytes = total > 0 ? `, ${megabytes(current)} of ${megabytes(total)} MB` : ''
    const unpacking = layers.some((layer) => layer.unpacking) ? ', unpacking' : ''
    return `${done} of ${layers.length} layers${bytes}${unpacking}`
  }
}

function isOfLayer(status: string): boolean {
  return /^(Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete|Extracting|Pull complete|Already exists)$/.test(
    status,
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)
}
