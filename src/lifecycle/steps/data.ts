/** Data: a volume of its own, with the file under the name of its URL, and a link to it called `content`. */
import { BrokerError, isBrokerError } from '../../domain/errors.ts'
import { requestOfPlan, type ExecutionPlan } from '../../domain/execution-plan.ts'
import { isCopiedIn, isSaved } from '../../domain/execution-request.ts'
import { message } from '../../domain/message.ts'
import { workplaceOf } from '../../domain/notebook.ts'
import type { VolumeRef } from '../../platforms/platform.ts'
import { BYTES_PER_GIB } from '../../domain/resources.ts'
import { publicUrl } from '../../data/location.ts'
import { fileName } from '../../domain/file-name.ts'
import { save, type ResultFile } from '../../data/saving.ts'
import { stage } from '../../data/staging.ts'
import { Progress } from './progress.ts'
import { componentAt, placeOf, type Step, type StepDetail, type StepTarget } from './step.ts'
import { dataIn, volumeOf } from './volumes.ts'

/** How every file is reachable, whatever its name. */
const CONTENT = 'content'

/** The first pause before a broken transfer is resumed, in milliseconds. */
const BACKOFF_MS = 500

export const dataStep: Step = {
  async prepare(target, context) {
    const { execution, platform, signal, say } = target
    const { clock, settings } = context
    const { index } = placeOf(target)
    const { spec } = dataOf(target)
    const location = new URL(spec.location)
    if (!isCopiedIn(spec)) return prepareEmpty(target)
    const source = context.source(location, context.bearerFor(execution, location))
    if (!source) throw new BrokerError('DATA_UNAVAILABLE', `no source serves ${location.protocol}`)
    const volume = volumeOf(execution.id, 'data', index)
    await platform.prepareVolume(volume, storageSizeGib(target, index), [])
    const writable = isSaved(spec) || workplaceOf(requestOfPlan(execution.plan))?.index === index
    const progress = new Progress(say)
    const left = spaceLeft(target, index)
    const staged = await context.places.staging.take(execution.owner, signal, () =>
      stage({
        source,
        location,
        get maxBytes() {
          return left()
        },
        onReceived: (bytes) => target.sizes.set(index, bytes),
        spool: context.spool,
        owner: execution.owner,
        attempts: settings.transferAttempts,
        backoffMs: BACKOFF_MS,
        clock,
        lowestRate: settings.lowestRate,
        signal,
        write: ({ name, sizeBytes, content }) =>
          platform.writeFile(volume, { path: name, sizeBytes, content, writable }, signal),
        onProgress: (bytes, total) => {
          const values = { bytes, total: total ?? 'an unknown number of', location: publicUrl(location) }
          progress.say(message('data-progress', clock.now(), values))
        },
      }),
    )
    await progress.said()
    if (staged.name !== CONTENT) await platform.writeLink(volume, CONTENT, staged.name)
    const verified = staged.verified ? `, and their ${staged.verified.algorithm} is what the source announced` : ''
    const values = { bytes: staged.bytes, location: publicUrl(location), verified }
    await say(message('data-staged', clock.now(), values), 'data-staged')
    return { name: staged.name, bytes: staged.bytes, sha256: staged.measured }
  },

  async save(target, context) {
    const { execution, signal, say } = target
    const { clock, settings } = context
    const { spec } = dataOf(target)
    const location = new URL(spec.location)
    const sink = context.sink(location, context.bearerFor(execution, location))
    if (!sink) throw new BrokerError('DATA_UNAVAILABLE', `nothing is saved to ${location.protocol} URLs`)
    const name = fileName(location)
    const volume = volumeOf(execution.id, 'data', placeOf(target).index)
    const saved = await context.places.saving.take(execution.owner, signal, () =>
      save({
        sink,
        location,
        open: () => openResult(target, volume, name),
        lowestRate: settings.lowestRate,
        attempts: settings.transferAttempts,
        backoffMs: BACKOFF_MS,
        clock,
        signal,
      }),
    )
    await say(message('data-saved', clock.now(), { ...saved, location: publicUrl(location) }), 'data-saved')
    return { saved }
  },

  async release(target) {
    const { index } = placeOf(target)
    await target.platform.releaseVolume(volumeOf(target.execution.id, 'data', index))
    return {}
  },
}

function dataOf(target: StepTarget): ExecutionPlan['data'][number] {
  return target.execution.plan.data[placeOf(target).index] as ExecutionPlan['data'][number]
}

/** A place for what the program will make: under the name of its URL, which `content` leads to. */
async function prepareEmpty(target: StepTarget): Promise<StepDetail> {
  const { execution, platform } = target
  const { index } = placeOf(target)
  const volume = volumeOf(execution.id, 'data', index)
  const name = fileName(new URL(dataOf(target).spec.location))
  await platform.prepareVolume(volume, storageSizeGib(target, index), [])
  if (name !== CONTENT) await platform.writeLink(volume, CONTENT, name)
  return { name }
}

/**
 * The results of the program. Throws DATA_MISSING when it has made nothing, and NO_SPACE when that is more than there was
 * room for: a file with holes says that it has bytes which nobody has stored.
 */
async function openResult(target: StepTarget, volume: VolumeRef, name: string): Promise<ResultFile> {
  const { platform, signal, sizes } = target
  const { index } = placeOf(target)
  const found = (await replacedContent(target, volume)) ?? (await platform.readFile(volume, name, signal))
  if (!found) throw new BrokerError('DATA_MISSING', await whatIsMissing(target, volume, name))
  const { plan } = target.execution
  const others = dataIn(plan, storageOf(target, index)).filter((other) => other !== index)
  const taken = others.reduce((sum, other) => sum + (sizes.get(other) ?? 0), 0)
  const gib = storageSizeGib(target, index)
  if (found.sizeBytes + taken > gib * BYTES_PER_GIB) {
    found.content.on('error', () => undefined)
    found.content.destroy()
    const beside = taken === 0 ? '' : `, and other results there ${taken}`
    const said = `${name} has ${found.sizeBytes} bytes${beside}, which is more than its storage of ${gib} GiB holds`
    throw new BrokerError('NO_SPACE', said)
  }
  sizes.set(index, found.sizeBytes)
  return found
}

/** The file that a program has put in the place of the link `content`; undefined where the link is still there. */
async function replacedContent({ platform, signal }: StepTarget, volume: VolumeRef) {
  try {
    return await platform.readFile(volume, CONTENT, signal)
  } catch (error) {
    // The link is no file to some platforms; to others it is what it leads to, which is the same file.
    if (isBrokerError(error, 'PLATFORM_REFUSED')) return undefined
    throw error
  }
}

/** The most names of found files in a message. */
const NAMES_SAID = 10

async function whatIsMissing(target: StepTarget, volume: VolumeRef, name: string): Promise<string> {
  const { platform, signal } = target
  const missing = `the program has made no file ${name}`
  const { names: unsorted, isComplete } = await platform.namesIn(volume, signal)
  const names = unsorted.toSorted()
  const unsaid = `${isComplete ? '' : 'at least '}${names.length - NAMES_SAID}`
  const more = names.length > NAMES_SAID ? `, and ${unsaid} more` : ''
  const found = names.length === 0 ? '' : `, but ${names.slice(0, NAMES_SAID).join(', ')}${more}`
  return `${missing}${found}; ${whereToWrite(target, name)}`
}

/** The file in the container that a program has to write, where its data are mounted by themselves. */
function whereToWrite(target: StepTarget, name: string): string {
  const { index } = placeOf(target)
  const mount = target.execution.plan.compute.volumes.find(
    (one) => one.target.family === 'data' && one.target.index === index,
  )
  if (!mount) return `let it write to ${name} or ${CONTENT} in its volume, which \`compute.volumes\` mounts`
  const directory = mount.path.replace(/(?<!\/)\/+$/, '')
  return `let it write to ${directory}/${name} or ${directory}/${CONTENT}`
}

function storageOf({ execution }: StepTarget, data: number): number {
  return execution.plan.data[data]?.spec.storage ?? 0
}

function storageSizeGib(target: StepTarget, data: number): number {
  const { execution } = target
  return execution.plan.storage[storageOf(target, data)]?.sizeGib ?? 1
}

/** The known size of a data resource, in bytes: what was copied in, or what its source announced. */
function expectedBytes(target: StepTarget, data: number): number {
  const { bytes } = componentAt(target, 'data', data).detail
  return Number(bytes ?? target.execution.plan.data[data]?.sizeBytes ?? 0)
}

/**
 * Tells what the storage has left for this data resource, in bytes, beside what the others in it have and are getting at that
 * moment.
 */
function spaceLeft(target: StepTarget, data: number): () => number {
  const { plan } = target.execution
  const others = dataIn(plan, storageOf(target, data))
    .filter((other) => other !== data)
    .map((other) => ({ other, expected: expectedBytes(target, other) }))
  const size = storageSizeGib(target, data) * BYTES_PER_GIB
  return () =>
    others.reduce((left, { other, expected }) => left - Math.max(expected, target.sizes.get(other) ?? 0), size)
}
