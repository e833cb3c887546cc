/** Measuring volumes on an engine on which something is removed meanwhile. */
import { afterEach, describe, expect, it } from 'vitest'
import { dockerPlatform } from '../../../test/support/docker-platform.ts'
import { toldEngine } from '../../../test/support/told-engine.ts'

const quiet = new AbortController().signal
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

/** A platform whose engine refuses to measure, with these words, the first times that it is asked. */
async function refusing(words: string, times: number) {
  let asked = 0
  const { socket, close } = await toldEngine((_, response) => {
    const isRefused = ++asked <= times
    response.writeHead(isRefused ? 500 : 200).end(JSON.stringify(isRefused ? { message: words } : { Volumes: [] }))
  })
  const platform = dockerPlatform(socket)
  cleanUp.push(close, () => platform.close())
  return { platform, asked: () => asked }
}

describe('volumes are measured', () => {
  it.each([
    'failed to get state of container b508: container b508 does not exist in database: no such container',
    'volume with name one not found: no such volume',
  ])('again when the engine says "%s"', async (words) => {
    const { platform, asked } = await refusing(words, 3)
    expect(await platform.volumeUse(quiet)).toEqual([])
    expect(asked()).toBe(4)
  })
  it('not for ever', async () => {
    const { platform, asked } = await refusing('no such container', Infinity)
    await expect(platform.volumeUse(quiet)).rejects.toThrow('no such container')
    expect(asked()).toBe(10)
  })
  it('once when the engine refuses for another reason', async () => {
    const { platform, asked } = await refusing('the database is broken', Infinity)
    await expect(platform.volumeUse(quiet)).rejects.toThrow('the database is broken')
    expect(asked()).toBe(1)
  })
})
