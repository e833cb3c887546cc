import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { spoolIn } from '../../test/support/spool.ts'

/** The disk fails with this code once so many bytes were written. */
const disk = vi.hoisted(() => ({ code: '', after: Infinity }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>()
  return {
    ...real,
    async open(...args: Parameters<typeof files.open>) {
      const file = await real.open(...args)
      const append = file.appendFile.bind(file)
      let left = disk.after
      file.appendFile = async (data) => {
        left -= data.length
        if (left < 0) throw Object.assign(new Error('the disk failed'), { code: disk.code })
        await append(data)
      }
      return file
    },
  }
})

let directory: string
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'spool-'))))
afterEach(() => {
  Object.assign(disk, { code: '', after: Infinity })
  rmSync(directory, { recursive: true })
})

const quiet = new AbortController().signal
const CHUNK = Buffer.alloc(1_000, 'stars')

async function* chunks(count: number) {
  for (let sent = 0; sent < count; sent++) yield await Promise.resolve(CHUNK)
}

const held = (count: number) => ({ owner: 'ada', bytes: chunks(count), bytesMax: Infinity, signal: quiet })

async function digested(content: AsyncIterable<unknown>): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of content) digest.update(chunk as Buffer)
  return digest.digest('hex')
}

describe('a spool', () => {
  it('gives back the bytes that it took, and leaves nothing', async () => {
    const all = createHash('sha256').update(Buffer.concat(Array.from({ length: 9 }, () => CHUNK)))
    expect(await spoolIn(directory).hold(held(9), digested)).toBe(all.digest('hex'))
    expect(readdirSync(directory)).toEqual([])
  })
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])(
    'says that the disk is full where the system says %s; later it goes on',
    async (code) => {
      const spool = spoolIn(directory)
      Object.assign(disk, { code, after: 4_500 })
      await expect(spool.hold(held(9), digested)).rejects.toMatchObject({
        code: 'SPOOL_FULL',
        retryable: true,
        detail: expect.stringMatching(/^the disk of the broker is full; try again later/) as string,
      })
      expect(readdirSync(directory)).toEqual([])
      disk.after = Infinity
      await spool.hold(held(9), digested)
    },
  )
  it('leaves other failures of the disk, and a full disk of somebody else, as they are', async () => {
    Object.assign(disk, { code: 'EIO', after: 0 })
    await expect(spoolIn(directory).hold(held(1), digested)).rejects.toMatchObject({ code: 'EIO' })
    disk.after = Infinity
    const theirs = Object.assign(new Error('the volume is full'), { code: 'ENOSPC' })
    await expect(spoolIn(directory).hold(held(1), () => Promise.reject(theirs))).rejects.toBe(theirs)
  })
  it('gives its room back however a file ends', async () => {
    const spool = spoolIn(directory, { bytes: 5_000, bytesPerUser: 5_000 })
    const broken = new Error('the use broke')
    await expect(spool.hold(held(5), () => Promise.reject(broken))).rejects.toBe(broken)
    await expect(spool.hold(held(6), digested)).rejects.toMatchObject({ code: 'NO_SPACE' })
    await spool.hold(held(5), digested)
  })
  it('removes its own files that a crash has left, and nothing else', async () => {
    for (const name of ['1.spooled', '2.spooled', 'notes.txt']) writeFileSync(join(directory, name), '')
    await spoolIn(directory).tidy()
    expect(readdirSync(directory)).toEqual(['notes.txt'])
  })
})
