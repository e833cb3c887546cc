/**
 * What every data source must do, by itself and under staging. Each source's test is one call of this; new behaviour is
 * first a case here.
 *
 * The suite says what shall be at a location and what shall go wrong there; the source's test says how that is arranged.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HastyClock } from '../../test/support/fake-clock.ts'
import { spoolIn } from '../../test/support/spool.ts'
import type { ErrorCode } from '../domain/errors.ts'
import type { Checksum, DataSource } from './data-source.ts'
import { stage, type StagingOptions } from './staging.ts'

/** What is at a location, and what is wrong with it. */
export interface Arrangement {
  readonly content: Buffer
  readonly checksum?: Checksum
  readonly missing?: true
  readonly forbidden?: true
  /** Cannot answer the first so many times. */
  readonly busyTimes?: number
  /** The first readings break off after so many bytes each. */
  readonly breaksAfter?: readonly number[]
  readonly alwaysBreaksAfter?: number
  /** Falls silent after so many bytes. */
  readonly stallsAfter?: number
  /** The first reading breaks off in the middle, and from then on these are the data. */
  readonly becomes?: Buffer
  readonly sizeUnknown?: true
  /** Its size is described as this. */
  readonly describedAs?: number
  /** Nothing tells one version from another. */
  readonly noVersion?: true
  /** Reading begins with the first byte, whatever is asked for. */
  readonly noMiddle?: true
}

/** A source to be tested, with a place for its data. */
export interface DataSourceUnderTest {
  readonly source: DataSource
  /** Makes a location of this name and gives its URL. */
  arrange(name: string, arrangement: Arrangement): URL
  /** Arrangements that this source cannot meet, with the reason. */
  readonly cannot: Partial<Record<keyof Arrangement, string>>
  close(): Promise<void>
}

const ATTEMPTS = 4

/** Runs the suite on a source. */
export function dataSourceConformance(name: string, make: () => Promise<DataSourceUnderTest>): void {
  describe(`${name} as a data source`, () => {
    let under: DataSourceUnderTest
    let source: DataSource
    let spoolDirectory: string
    let locations = 0

    beforeAll(async () => {
      under = await make()
      source = under.source
      spoolDirectory = await mkdtemp(join(tmpdir(), 'spool-'))
    })
    afterAll(async () => {
      await under.close()
      await rm(spoolDirectory, { recursive: true })
    })

    const quiet = new AbortController().signal
    const arrange = (arrangement: Arrangement) => under.arrange(`data-${(locations += 1)}.fits`, arrangement)
    const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')
    const checksumOf = (content: Buffer): Checksum => ({ algorithm: 'sha256', value: sha256(content) })
    const failure = (code: ErrorCode, detail: RegExp = /./) =>
      expect.objectContaining({ code, detail: expect.stringMatching(detail) as string }) as unknown

    async function read(location: URL, from: number, version?: string): Promise<Buffer> {
      const chunks: Buffer[] = []
      for await (const chunk of await source.open(location, from, version, quiet)) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    }
    async function staged(location: URL, more: Partial<StagingOptions> = {}) {
      const chunks: Buffer[] = []
      const clock = new HastyClock()
      const result = await stage({
        source,
        location,
        maxBytes: 1e9,
        spool: spoolIn(spoolDirectory),
        owner: 'ada',
        attempts: ATTEMPTS,
        backoffMs: 100,
        clock,
        lowestRate: { bytesPerSecond: 0, overMs: 1 },
        onProgress: () => undefined,
        signal: quiet,
        write: async ({ content }) => {
          for await (const chunk of content) chunks.push(chunk as Buffer)
        },
        ...more,
      })
      return { ...result, content: Buffer.concat(chunks), pauses: clock.pauses }
    }
    function itWith(needs: readonly (keyof Arrangement)[], title: string, body: () => Promise<void>): void {
      it(title, async (context) => {
        const reason = needs.map((need) => under.cannot[need]).find((one) => one !== undefined)
        if (reason) return context.skip(reason)
        await body()
      })
    }

    describe('describing', () => {
      it('says the name, the size and a version, and the same again', async () => {
        const location = under.arrange('stars.csv', { content: Buffer.from('one,two\n') })
        const description = await source.describe(location, quiet)
        expect(description).toMatchObject({ name: 'stars.csv', sizeBytes: 8, resumable: true })
        expect(description.version).toBeTypeOf('string')
        expect(await source.describe(location, quiet)).toEqual(description)
      })
      it('tells versions apart', async () => {
        const one = await source.describe(arrange({ content: Buffer.from('one') }), quiet)
        const two = await source.describe(arrange({ content: Buffer.from('two') }), quiet)
        expect(one.version).not.toBe(two.version)
      })
      itWith(['checksum'], 'says the checksum', async () => {
        const checksum = checksumOf(Buffer.from('one'))
        const location = arrange({ content: Buffer.from('one'), checksum })
        expect((await source.describe(location, quiet)).checksum).toEqual(checksum)
      })
      itWith(['sizeUnknown'], 'leaves out a size that is not known', async () => {
        const location = arrange({ content: Buffer.from('one'), sizeUnknown: true })
        expect((await source.describe(location, quiet)).sizeBytes).toBeUndefined()
      })
      itWith(['noVersion'], 'promises no resuming where nothing tells versions apart', async () => {
        const location = arrange({ content: Buffer.from('one'), noVersion: true })
        expect(await source.describe(location, quiet)).toMatchObject({ resumable: false })
      })
    })

    describe('refuses, both to describe and to open,', () => {
      const both = async (arrangement: Arrangement, expected: unknown) => {
        await expect(source.describe(arrange(arrangement), quiet)).rejects.toEqual(expected)
        await expect(source.open(arrange(arrangement), 0, undefined, quiet)).rejects.toEqual(expected)
      }
      it('what is not there', () => both({ content: Buffer.of(), missing: true }, failure('DATA_UNAVAILABLE')))
      itWith(['forbidden'], 'what may not be read', () =>
        both({ content: Buffer.of(), forbidden: true }, failure('DATA_UNAVAILABLE', /permit/)),
      )
      itWith(['busyTimes'], 'for now, when it cannot answer', () =>
        both({ content: Buffer.of(), busyTimes: 9 }, failure('DATA_INTERRUPTED')),
      )
      it('everything, when it was aborted before', async () => {
        const location = arrange({ content: Buffer.from('one') })
        const reason = new Error('not any more')
        await expect(source.describe(location, AbortSignal.abort(reason))).rejects.toBe(reason)
        await expect(source.open(location, 0, undefined, AbortSignal.abort(reason))).rejects.toBe(reason)
      })
    })

    describe('reading', () => {
      it('gives all bytes', async () => {
        const content = randomBytes(300_000)
        expect((await read(arrange({ content }), 0)).equals(content)).toBe(true)
      })
      it('gives nothing where there is nothing', async () => {
        expect(await read(arrange({ content: Buffer.of() }), 0)).toHaveLength(0)
      })
      for (const need of ['content', 'noMiddle'] as const)
        itWith(
          [need],
          `begins in the middle${need === 'noMiddle' ? ', reading what is before again' : ''}`,
          async () => {
            const content = randomBytes(300_000)
            const location = arrange({ content, ...(need === 'noMiddle' ? { noMiddle: true } : {}) })
            const { version } = await source.describe(location, quiet)
            for (const from of [1, 150_000, 299_999]) {
              expect((await read(location, from, version)).equals(content.subarray(from))).toBe(true)
            }
          },
        )
      it('of another version fails, from the beginning and in the middle', async () => {
        const other = await source.describe(arrange({ content: Buffer.from('other') }), quiet)
        const location = arrange({ content: Buffer.from('these') })
        for (const from of [0, 2]) {
          await expect(read(location, from, other.version)).rejects.toEqual(failure('DATA_CORRUPT', /changed/))
        }
      })
      itWith(['alwaysBreaksAfter'], 'fails when it breaks off', async () => {
        const location = arrange({ content: randomBytes(1000), alwaysBreaksAfter: 500 })
        await expect(read(location, 0)).rejects.toEqual(failure('DATA_INTERRUPTED'))
      })
      itWith(['stallsAfter'], 'fails when nothing comes any more', async () => {
        const location = arrange({ content: randomBytes(1000), stallsAfter: 500 })
        await expect(read(location, 0)).rejects.toEqual(failure('DATA_INTERRUPTED', /silent/))
      })
      itWith(['stallsAfter'], 'ends at once when it is aborted', async () => {
        const aborting = new AbortController()
        const reason = new Error('not any more')
        const location = arrange({ content: randomBytes(1000), stallsAfter: 500 })
        const stream = await source.open(location, 0, undefined, aborting.signal)
        const reading = (async () => {
          for await (const _ of stream) aborting.abort(reason)
        })()
        await expect(reading).rejects.toBe(reason)
      })
    })

    describe('staging', () => {
      it('writes every byte once, with name and digest', async () => {
        const content = randomBytes(300_000)
        const location = under.arrange('whole.fits', { content })
        const result = await staged(location)
        expect(result).toMatchObject({ name: 'whole.fits', bytes: content.length, measured: sha256(content) })
        expect(result.verified).toBeUndefined()
        expect(result.content.equals(content)).toBe(true)
        expect(result.pauses).toEqual([])
      })
      it('writes an empty file', async () => {
        expect(await staged(arrange({ content: Buffer.of() }))).toMatchObject({ bytes: 0, content: Buffer.of() })
      })
      itWith(['checksum'], 'verifies the checksum', async () => {
        const content = randomBytes(1000)
        const checksum = checksumOf(content)
        expect((await staged(arrange({ content, checksum }))).verified).toEqual(checksum)
      })
      itWith(['checksum'], 'fails on a wrong checksum, and names both', async () => {
        const checksum = checksumOf(Buffer.from('something else'))
        const content = randomBytes(1000)
        const expected = failure('DATA_CORRUPT', new RegExp(`${sha256(content)}.*${checksum.value}`))
        await expect(staged(arrange({ content, checksum }))).rejects.toEqual(expected)
      })
      itWith(['breaksAfter'], 'resumes wherever it breaks off', async () => {
        const breaks = fc.array(fc.nat(60_000), { maxLength: ATTEMPTS - 1 })
        const options = fc.record({
          content: fc
            .uint8Array({ minLength: 1, maxLength: 100 })
            .chain((seed) => fc.nat(200_000).map((size) => Buffer.alloc(size, Buffer.from(seed)))),
          breaksAfter: breaks,
          noMiddle: fc.boolean(),
        })
        const resumes = async ({
          content,
          breaksAfter,
          noMiddle,
        }: {
          content: Buffer
          breaksAfter: number[]
          noMiddle: boolean
        }) => {
          const location = arrange({ content, breaksAfter, ...(noMiddle ? { noMiddle: true } : {}) })
          const result = await staged(location)
          expect(result.content.equals(content)).toBe(true)
          expect(result).toMatchObject({ bytes: content.length, measured: sha256(content) })
        }
        await fc.assert(fc.asyncProperty(options, resumes), { numRuns: 50 })
      })
      itWith(['busyTimes'], 'waits for a source that cannot answer, longer each time', async () => {
        const content = randomBytes(1000)
        const result = await staged(arrange({ content, busyTimes: ATTEMPTS - 1 }))
        expect(result.content.equals(content)).toBe(true)
        expect(result.pauses).toEqual([100, 200, 400])
      })
      itWith(['alwaysBreaksAfter'], 'gives up after the last attempt', async () => {
        const location = arrange({ content: randomBytes(1000), alwaysBreaksAfter: 10 })
        await expect(staged(location)).rejects.toEqual(failure('DATA_UNAVAILABLE', /last of 4 attempts/))
      })
      itWith(['becomes'], 'never mixes two versions', async () => {
        for (const noMiddle of [{}, { noMiddle: true }] as const) {
          const location = arrange({ content: randomBytes(1000), becomes: randomBytes(1000), ...noMiddle })
          await expect(staged(location)).rejects.toEqual(failure('DATA_CORRUPT', /changed/))
        }
      })
      itWith(['noVersion', 'breaksAfter'], 'does not resume where nothing tells versions apart', async () => {
        const location = arrange({ content: randomBytes(1000), noVersion: true, breaksAfter: [500] })
        await expect(staged(location)).rejects.toEqual(failure('DATA_INTERRUPTED'))
      })
      itWith(['noVersion', 'breaksAfter', 'checksum'], 'resumes by the checksum alone', async () => {
        const content = randomBytes(1000)
        const checksum = checksumOf(content)
        const location = arrange({ content, checksum, noVersion: true, breaksAfter: [500] })
        expect((await staged(location)).content.equals(content)).toBe(true)
      })
      itWith(['sizeUnknown'], 'finds the size out first when it is not known, and leaves nothing', async () => {
        const content = randomBytes(300_000)
        const sizes: number[] = []
        const chunks: Buffer[] = []
        const result = await staged(arrange({ content, sizeUnknown: true, breaksAfter: [150_000] }), {
          write: async (file) => {
            sizes.push(file.sizeBytes)
            for await (const chunk of file.content) chunks.push(chunk as Buffer)
          },
        })
        expect(sizes).toEqual([content.length])
        expect(Buffer.concat(chunks).equals(content)).toBe(true)
        expect(result.measured).toBe(sha256(content))
        expect(await readdir(spoolDirectory)).toEqual([])
      })
      itWith(['describedAs'], 'fails on fewer bytes than were described', async () => {
        const location = arrange({ content: randomBytes(1000), describedAs: 1001 })
        await expect(staged(location)).rejects.toMatchObject({
          code: expect.stringMatching(/^DATA_(CORRUPT|INTERRUPTED)$/) as string,
        })
      })
      itWith(['describedAs'], 'fails on more bytes than were described', async () => {
        const location = arrange({ content: randomBytes(1000), describedAs: 999 })
        await expect(staged(location)).rejects.toEqual(failure('DATA_CORRUPT', /more than the 999 bytes/))
      })
      for (const sizeUnknown of [false, true])
        itWith(
          sizeUnknown ? ['sizeUnknown'] : [],
          `keeps the limit on ${sizeUnknown ? 'unknown' : 'known'} sizes`,
          async () => {
            const about = { content: randomBytes(1000), ...(sizeUnknown ? { sizeUnknown } : {}) }
            await expect(staged(arrange(about), { maxBytes: 999 })).rejects.toEqual(failure('NO_SPACE', /999/))
            expect(await staged(arrange(about), { maxBytes: 1000 })).toMatchObject({ bytes: 1000 })
            expect(await readdir(spoolDirectory)).toEqual([])
          },
        )
      itWith(['stallsAfter'], 'ends at once when it is aborted, with what is being written', async () => {
        for (const sizeUnknown of [{}, { sizeUnknown: true }] as const) {
          const aborting = new AbortController()
          const reason = new Error('not any more')
          const location = arrange({ content: randomBytes(1000), stallsAfter: 500, ...sizeUnknown })
          const staging = staged(location, {
            signal: aborting.signal,
            write: async ({ content }) => {
              for await (const _ of content) setImmediate(() => aborting.abort(reason))
            },
          })
          if (under.cannot.sizeUnknown === undefined && 'sizeUnknown' in sizeUnknown)
            setImmediate(() => aborting.abort(reason))
          await expect(staging).rejects.toBe(reason)
          expect(await readdir(spoolDirectory)).toEqual([])
        }
      })
    })
  })
}
