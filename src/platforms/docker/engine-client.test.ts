import { createServer, type RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { toldEngine } from '../../../test/support/told-engine.ts'
import { EngineClient, EngineRefusal, jsonLines } from './engine-client.ts'

const doing = 'asking in a test'
const matching = (pattern: RegExp) => expect.stringMatching(pattern) as string
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

/** A client of an engine that answers as it is told. */
async function clientOf(answer: RequestListener): Promise<EngineClient> {
  const { socket, close } = await toldEngine(answer)
  const client = new EngineClient(socket)
  cleanUp.push(close, () => client.close())
  return client
}

const refusing = (status: number, body: unknown) =>
  clientOf((_, response) => response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body)))

describe('an engine that answers', () => {
  it('gives JSON, or the text that it is', async () => {
    const json = await refusing(200, { Id: 'x' })
    expect((await json.ask({ path: '/', doing })).body).toEqual({ Id: 'x' })
    const text = await refusing(200, 'OK')
    expect((await text.ask({ path: '/', doing })).body).toBe('OK')
  })
  it('with more than may be read is not read further', async () => {
    const long = await refusing(200, 'x'.repeat(1_001))
    await expect(long.ask({ path: '/', doing, bytesMax: 1_000 })).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
    expect((await long.ask({ path: '/', doing, bytesMax: 1_001 })).body).toHaveLength(1_001)
  })
  it('is asked by a TCP address too', async () => {
    const server = createServer((_, response) => response.end('OK'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const client = new EngineClient(`tcp://127.0.0.1:${port}`)
    cleanUp.push(
      () => server.close(),
      () => client.close(),
    )
    expect((await client.ask({ path: '/_ping', doing })).status).toBe(200)
  })
  it('may say no with a status that is an answer', async () => {
    const client = await refusing(404, { message: 'no such container' })
    expect((await client.ask({ path: '/', doing, answers: [404] })).status).toBe(404)
  })
})

describe('an engine that refuses', () => {
  it.each([
    [400, 'invalid', 'PLATFORM_REFUSED'],
    [409, 'in use', 'PLATFORM_REFUSED'],
    [500, 'it went wrong', 'PLATFORM_REFUSED'],
    [500, 'write x: no space left on device', 'NO_SPACE'],
    [500, 'write x: Disk quota exceeded', 'NO_SPACE'],
    [503, 'not now', 'PLATFORM_UNAVAILABLE'],
  ])('with %i and "%s" is %3$s', async (status, message, code) => {
    const client = await refusing(status, { message })
    await expect(client.ask({ path: '/', doing })).rejects.toMatchObject({ code, status, words: message })
  })
  it('says why in its own words, and Podman names the reason', async () => {
    const client = await refusing(500, { cause: 'volume is being used', message: 'volume x: volume is being used' })
    const error: unknown = await client.ask({ path: '/', doing }).catch((refused: unknown) => refused)
    expect(error).toBeInstanceOf(EngineRefusal)
    expect(error).toMatchObject({
      detail: 'The container engine refused asking in a test: volume x: volume is being used',
      reason: 'volume is being used',
    })
  })
  it('is quoted with the end of what it says, and with the status when it says nothing', async () => {
    const long = await refusing(500, { message: `${'x'.repeat(5_000)} the reason` })
    await expect(long.ask({ path: '/', doing })).rejects.toMatchObject({
      words: matching(/^…x{389} the reason$/),
    })
    const structure = await refusing(500, { message: `put{${'Option:false, '.repeat(100)}}: write f: it is broken` })
    await expect(structure.ask({ path: '/', doing })).rejects.toMatchObject({ words: '… write f: it is broken' })
    const silent = await refusing(500, '')
    await expect(silent.ask({ path: '/', doing })).rejects.toMatchObject({ words: 'HTTP status 500' })
  })
  it('refuses a stream as well', async () => {
    const client = await refusing(404, { message: 'no such container' })
    await expect(client.open({ path: '/', doing }).next()).rejects.toMatchObject({ status: 404 })
  })
})

describe('an engine that does not answer', () => {
  it('is unavailable, and it is said what to do', async () => {
    const client = new EngineClient('/nowhere/engine.sock')
    cleanUp.push(() => client.close())
    await expect(client.ask({ path: '/', doing })).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      detail: 'The container engine did not answer (while asking in a test)',
      context: {
        forOperator: matching(/^There is no container engine at \/nowhere\/engine.sock: start it, .* \(while asking/),
      },
    })
    const refused = new EngineClient('http://127.0.0.1:1')
    cleanUp.push(() => refused.close())
    await expect(refused.ask({ path: '/', doing })).rejects.toMatchObject({
      context: { forOperator: matching(/No container engine listens at http:\/\/127.0.0.1:1: start it/) },
    })
  })
  it('is unavailable when it says nothing for too long', async () => {
    const client = await clientOf(() => undefined)
    await expect(client.ask({ path: '/', doing, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      detail: matching(/did not answer/),
    })
  })
  it('is unavailable when it breaks off in the middle', async () => {
    const client = await clientOf((_, response) => {
      response.writeHead(200).write('{"Id":')
      setImmediate(() => response.destroy())
    })
    await expect(client.ask({ path: '/', doing })).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' })
    const stream = client.open({ path: '/', doing })
    await stream.next()
    await expect(stream.next()).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' })
  })
  it('is left alone when the question is taken back', async () => {
    const client = await clientOf(() => undefined)
    const reason = new Error('not wanted any more')
    const taken = client.ask({ path: '/', doing, timeoutMs: 0, signal: AbortSignal.abort(reason) })
    await expect(taken).rejects.toBe(reason)
  })
})

describe('a stream', () => {
  it('ends the request when nobody reads on', async () => {
    let closed: () => void = () => undefined
    const over = new Promise<void>((resolve) => (closed = resolve))
    const client = await clientOf((_, response) => {
      response.on('close', closed)
      response.writeHead(200).write('something')
    })
    for await (const chunk of client.open({ path: '/', doing })) {
      expect(chunk.toString()).toBe('something')
      break
    }
    await over
  })
  it('of JSON is read line by line, wherever it is cut', async () => {
    const text = '{"a":"ü"}\n\n{"a":"b"}\r\n{"a":"c"}'
    for (let bytes = 1; bytes < 12; bytes++) {
      const sent = Buffer.from(text)
      const pieces = Array.from({ length: Math.ceil(sent.length / bytes) }, (_, index) =>
        sent.subarray(index * bytes, (index + 1) * bytes),
      )
      const lines: unknown[] = []
      for await (const line of jsonLines(
        Readable.from(pieces),
        (line): line is object => typeof line === 'object',
        doing,
      ))
        lines.push(line)
      expect(lines).toEqual([{ a: 'ü' }, { a: 'b' }, { a: 'c' }])
    }
  })
})
