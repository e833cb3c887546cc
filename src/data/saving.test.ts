import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { DataSink, FileToSave } from './data-sink.ts'
import { save, type ResultFile } from './saving.ts'

const LOCATION = new URL('https://example.org/result')
const CONTENT = Buffer.from('something')

/** Saves a file with a sink that takes it as is said; gives what was opened, and how much of it was open at once. */
async function saving(takes: (file: FileToSave, end: AbortController) => Promise<void>, late?: Promise<void>) {
  const opened: Readable[] = []
  let most = 0
  const open = async (): Promise<ResultFile> => {
    if (opened.length > 0) await late
    const content = Readable.from([CONTENT], { objectMode: false })
    opened.push(content)
    most = Math.max(most, opened.filter(({ destroyed }) => !destroyed).length)
    return { sizeBytes: CONTENT.length, content }
  }
  const end = new AbortController()
  const sink = { save: (_: URL, file: FileToSave) => takes(file, end), stored: async () => undefined }
  const saved = save({
    ...{ sink: sink as unknown as DataSink, location: LOCATION, open, attempts: 1, backoffMs: 1 },
    ...{ clock: new FakeClock(), lowestRate: { bytesPerSecond: 0, overMs: 1 }, signal: end.signal },
  })
  return { saved: await saved.catch((error: unknown) => error), opened, most: () => most }
}
const take = async (content: Readable) => {
  for await (const _ of content) void _
}
const isGone = (opened: readonly Readable[]) => opened.every(({ destroyed }) => destroyed)

it.each([1, 2, 5])('a file that a sink reads %i times is open once at a time', async (times) => {
  const { saved, opened, most } = await saving(async ({ read }) => {
    for (let time = 1; time < times; time++) await read()
    await take(await read())
  })
  expect(saved).toMatchObject({ bytes: CONTENT.length })
  expect([opened.length, most(), isGone(opened)]).toEqual([times, 1, true])
})
it('a file that is never read is let go of', async () => {
  const { saved, opened } = await saving(async () => undefined)
  expect(saved).toMatchObject({ code: 'DATA_UNAVAILABLE' })
  expect([opened.length, isGone(opened)]).toEqual([1, true])
})
it('a file that is opened when nobody waits for it any more is let go of', async () => {
  let openNow = () => undefined as void
  const late = new Promise<void>((resolve) => (openNow = resolve))
  let asked: Promise<unknown> | undefined
  const { opened } = await saving(async ({ read }, end) => {
    await read()
    asked = read().catch((error: unknown) => error)
    end.abort(new Error('it was cancelled'))
    throw new Error('it was cancelled')
  }, late)
  openNow()
  expect(await asked).toMatchObject({ code: 'DATA_INTERRUPTED' })
  expect([opened.length, isGone(opened)]).toEqual([2, true])
})
