import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allCanEnd, BLOCK_BYTES, SpoolRoom, type Claim, type SpoolLimits } from './spool-room.ts'

const quiet = new AbortController().signal
const BLOCKS = { bytes: 8 * BLOCK_BYTES, bytesPerUser: 4 * BLOCK_BYTES, keepFree: 0 }

/** A room on a disk of so many free bytes, with the names of files that have got what they asked for. */
function roomOf(limits: Partial<SpoolLimits> = {}, free = Infinity) {
  const disk = { free }
  const room = new SpoolRoom({ ...BLOCKS, ...limits }, () => Promise.resolve(disk.free))
  const grown: string[] = []
  const grow = async (name: string, claim: Claim, blocks: number, signal = quiet) => {
    await room.grow(claim, blocks * BLOCK_BYTES, signal)
    grown.push(name)
  }
  return { disk, room, grown, grow }
}

/** Returns when everything that can go on now has. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('the room of one user', () => {
  it('is never all there is, so that the next one gets some at once', async () => {
    const { room, grown, grow } = roomOf()
    for (const name of ['a1', 'a2', 'a3']) void grow(name, room.enter('a', Infinity), 4)
    await settled()
    expect(grown).toEqual(['a1'])
    await grow('b1', room.enter('b', Infinity), 4)
    expect(grown).toEqual(['a1', 'b1'])
  })
  it('is given to the next file of the same user when one has left', async () => {
    const { room, grown, grow } = roomOf()
    const [first, second] = [room.enter('a', Infinity), room.enter('a', Infinity)]
    await grow('a1', first, 4)
    void grow('a2', second, 1)
    await settled()
    expect(grown).toEqual(['a1'])
    room.leave(first)
    await settled()
    expect(grown).toEqual(['a1', 'a2'])
  })
  it('is no more than there is in all, whatever the limits say', async () => {
    const { room, grow } = roomOf({ bytesPerUser: 100 * BLOCK_BYTES })
    await expect(grow('a1', room.enter('a', Infinity), 9)).rejects.toMatchObject({ code: 'NO_SPACE' })
  })
  it('ends what alone is larger, and says which limit that is and what to do', async () => {
    const { room, grow } = roomOf()
    await expect(grow('a1', room.enter('a', Infinity), 5)).rejects.toMatchObject({
      code: 'NO_SPACE',
      retryable: false,
      detail: expect.stringMatching(/more than the 16777216 bytes .*data\.spool.*Content-Length/) as string,
    })
  })
})

describe('a file that waits', () => {
  it('is served before those of users who have more', async () => {
    const { room, grown, grow } = roomOf({ bytes: 2 * BLOCK_BYTES })
    const first = room.enter('c', Infinity)
    await grow('c1', first, 2)
    for (const [owner, name] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const)
      void grow(name, room.enter(owner, BLOCK_BYTES), 1)
    await settled()
    room.leave(first)
    await settled()
    expect(grown).toEqual(['c1', 'a1', 'b1'])
  })
  it('stops waiting when it is ended', async () => {
    const { room, grow } = roomOf()
    const ending = new AbortController()
    await grow('a1', room.enter('a', Infinity), 4)
    const waits = grow('a2', room.enter('a', Infinity), 1, ending.signal)
    ending.abort(new Error('not any more'))
    await expect(waits).rejects.toThrow('not any more')
  })
})

describe('the disk', () => {
  it.each([
    ['has less than is kept free', BLOCK_BYTES, 1, /keeps 4194304 bytes free \(data\.spool\.keepFree\)/],
    ['would be left to nobody else', 6 * BLOCK_BYTES, 4, /which leaves the rest to others/],
  ])('that %s gives no more now, and later may', async (_, free, blocks, words) => {
    const { disk, room, grow } = roomOf({ keepFree: BLOCK_BYTES }, free)
    const claim = room.enter('a', Infinity)
    const growing = async () => {
      for (let block = 1; block <= blocks; block++) {
        await grow('a1', claim, block)
        disk.free -= BLOCK_BYTES
      }
    }
    await expect(growing()).rejects.toMatchObject({
      code: 'SPOOL_FULL',
      retryable: true,
      detail: expect.stringMatching(words) as string,
    })
    disk.free = Infinity
    await growing()
  })
})

it('files that grow in any order all come to their end, and never have more than the limits', async () => {
  const file = fc.record({ owner: fc.constantFrom('a', 'b', 'c'), blocks: fc.integer({ min: 0, max: 4 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 9 }), fc.scheduler(), async (files, scheduler) => {
      const { room } = roomOf({ bytes: 5 * BLOCK_BYTES, bytesPerUser: 4 * BLOCK_BYTES })
      const claims: Claim[] = []
      const run = async ({ owner, blocks }: (typeof files)[number]) => {
        const claim = room.enter(owner, Infinity)
        claims.push(claim)
        for (let block = 1; block <= blocks; block++) {
          await scheduler.schedule(Promise.resolve())
          await room.grow(claim, block * BLOCK_BYTES, quiet)
          const held = (one: string) => claims.reduce((sum, other) => sum + (other.owner === one ? other.held : 0), 0)
          expect(held(owner)).toBeLessThanOrEqual(4 * BLOCK_BYTES)
          expect(held('a') + held('b') + held('c')).toBeLessThanOrEqual(5 * BLOCK_BYTES)
        }
        claims.splice(claims.indexOf(claim), 1)
        room.leave(claim)
      }
      await scheduler.waitFor(Promise.all(files.map(run)))
    }),
  )
})

it('two files that are half done and need the same rest are not both begun', () => {
  const half = (owner: string): Claim => ({ owner, most: 4, held: 3 })
  expect(allCanEnd([half('a')], { bytes: 6, bytesPerUser: 4, keepFree: 0 })).toBe(true)
  expect(allCanEnd([half('a'), half('b')], { bytes: 6, bytesPerUser: 4, keepFree: 0 })).toBe(false)
  expect(allCanEnd([half('a'), half('b')], { bytes: 7, bytesPerUser: 4, keepFree: 0 })).toBe(true)
})
