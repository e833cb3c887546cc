/** Attacks by images and registries through what an engine repeats of them: the broker reads so much of it and no more. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import type { ContainerImage } from '../../src/domain/execution-request.ts'
import { EngineClient } from '../../src/platforms/docker/engine-client.ts'
import { findImage, obtainImage } from '../../src/platforms/docker/image.ts'
import { toldEngine } from '../support/told-engine.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const LOCATION = 'registry.example.org/radio/imager:1.2'
const IMAGE: ContainerImage = { locations: [LOCATION], os: 'linux', architecture: 'amd64' }
const quiet = new AbortController().signal

/** An engine that has images of these labels only, and answers pulls in this way. */
async function engineThat(pulls: (response: ServerResponse) => void, labels?: Readonly<Record<string, string>>) {
  const { socket, close } = await toldEngine(({ method }, response) => {
    if (method === 'POST') return pulls(response)
    const has = { Id: 'sha256:1', RepoTags: [LOCATION], Os: 'linux', Architecture: 'amd64', Config: { Labels: labels } }
    response.writeHead(labels ? 200 : 404).end(JSON.stringify(labels ? has : { message: 'no such image' }))
  })
  const client = new EngineClient(socket)
  cleanUp.push(close, () => client.close())
  return { client, loginAt: () => undefined, digestOfTag: async () => undefined }
}

const words = Buffer.alloc(65_536, 'the registry says ')

function* endless(begin: string) {
  yield Buffer.from(begin)
  for (;;) yield words
}

/** Sends without end, and tells when that was broken off. */
function pouring(status: number, begin: string) {
  let brokenOff: Promise<unknown> | undefined
  const pulls = (response: ServerResponse) => {
    brokenOff = once(response, 'close')
    response.writeHead(status)
    Readable.from(endless(begin)).pipe(response)
  }
  return { pulls, brokenOff: () => brokenOff }
}

describe('memory is not filled by a registry whose words the engine repeats', () => {
  it.each([
    ['in a line of a pull', 200, '{"error":"', /has more than 4194304 bytes \(while pulling registry/],
    [
      'in a line that begins well',
      200,
      '{"status":"Downloading","id":"a"}\n{"status":"',
      /has more than 4194304 bytes/,
    ],
    ['in a refusal', 500, '{"message":"', /imager:1\.2: .*the registry says/],
    ['in a refusal that is no JSON', 404, '', /imager:1\.2: .*the registry says/],
  ])('%s', async (_, status, begin, reason) => {
    const { pulls, brokenOff } = pouring(status, begin)
    await expect(obtainImage(await engineThat(pulls), IMAGE, () => undefined, quiet)).rejects.toMatchObject({
      code: 'IMAGE_UNAVAILABLE',
      detail: expect.stringMatching(reason) as string,
    })
    await brokenOff()
  })
  it('in the names of layers, of which a few are counted', async () => {
    const said = new Set<string>()
    const lines = Array.from({ length: 5_000 }, (_, index) =>
      JSON.stringify({ status: 'Pulling fs layer', id: `${index}` }),
    )
    const engine = await engineThat((response) => response.end(lines.join('\n')))
    const obtaining = obtainImage(engine, IMAGE, (progress) => void said.add(progress), quiet)
    await expect(obtaining).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' })
    expect([...said].at(-1)).toBe('0 of 500 layers')
  })
})

describe('an image whose labels would be repeated wherever its containers are listed', () => {
  const refused = {
    code: 'IMAGE_UNAVAILABLE',
    detail: expect.stringMatching(/use an image with shorter ones/) as string,
  }
  const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`org.example.${index}`, 'x']))

  it.each([
    ['one of 4 MiB', { long: 'x'.repeat(4 * 1_048_576) }],
    ['one just too long', { long: 'x'.repeat(262_144) }],
    ['many short ones', many],
  ])('is not taken: %s', async (_, labels) => {
    const engine = await engineThat((response) => response.end(), labels)
    await expect(findImage(engine.client, IMAGE)).rejects.toMatchObject(refused)
    await expect(obtainImage(engine, IMAGE, () => undefined, quiet)).rejects.toMatchObject({
      code: 'IMAGE_UNAVAILABLE',
    })
  })
  it('is taken with long ones that are not too long', async () => {
    const engine = await engineThat((response) => response.end(), { long: 'x'.repeat(200_000) })
    expect(await findImage(engine.client, IMAGE)).toMatchObject({ id: 'sha256:1' })
  })
})
