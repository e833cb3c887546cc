/**
 * A web server with data on loopback that misbehaves when it is told to: for the tests of data sources and staging, for
 * whole-broker tests and demonstrations.
 *
 *     const server = await startDataServer()
 *     server.files.set('/stars.csv', { content: Buffer.from('…') })
 *     server.faults.set('/stars.csv', [{ method: 'GET', stopsAfter: 100, times: 1 }])
 *
 * Without faults it is a good server: PUT, HEAD, one range, `If-Range`, strong entity tags, size and type announced.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** A file that is served at a path. */
export interface ServedFile {
  /** The bytes; or a number: so many bytes as `madeUpBytes` makes them. */
  readonly content: Buffer | number
  /** Sent as well, or instead; names in lower case. An empty value leaves a header out: `etag`, `accept-ranges`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What is wrong with an answer. Everything may be combined. */
export interface Fault {
  /** Only for this method; for any when left out. */
  readonly method?: 'HEAD' | 'GET' | 'PUT'
  /** For so many requests; for all when left out. */
  readonly times?: number
  /** Answers with this status and no data. With `redirectsTo`, 302 when left out. */
  readonly status?: number
  readonly redirectsTo?: string
  /** Answers a PUT as if everything had come after so many bytes, and closes the connection. */
  readonly answersAfter?: number
  /** Sends no `100 Continue`, and redirects only after the file has begun to come. */
  readonly expectsNothing?: boolean
  /** Closes the connection after so many bytes of an answer. */
  readonly stopsAfter?: number
  /** Falls silent after so many bytes of an answer, and leaves the connection open; to a PUT it says nothing at all. */
  readonly stallsAfter?: number
  /** After this answer, the path has another file. */
  readonly becomes?: ServedFile
  /** Announces this size instead of the right one; the connection ends after the bytes that there are. */
  readonly announces?: number
  /** Sends chunks and announces no size. */
  readonly unannounced?: boolean
  /** The rate at which it sends; at a PUT, at which it takes. */
  readonly bytesPerSecond?: number
  /** Compresses, whatever the client accepts. */
  readonly gzips?: boolean
  readonly ignoresRange?: boolean
}

export interface ServedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** The bytes of a file that the server has taken. */
  received?: number
}

export interface DataServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** By path, without the query. */
  readonly files: Map<string, ServedFile>
  /** By path. The first that is for the method and has times left is the one that counts. */
  readonly faults: Map<string, Fault[]>
  /** The token without which it answers 401; with none, it answers everybody. */
  bearer?: string
  /** Every request so far. */
  readonly requests: ServedRequest[]
  /** Returns when something was asked for, at once when it was already. */
  readonly asked: (method: ServedRequest['method'], path: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts a server on a free port. */
export async function startDataServer(): Promise<DataServer> {
  const files = new Map<string, ServedFile>()
  const faults = new Map<string, Fault[]>()
  const requests: ServedRequest[] = []
  const server = createServer()
  const hear = (asksFirst: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = request
    const heard: ServedRequest = { method, path: url, headers }
    requests.push(heard)
    server.emit('asked')
    const { pathname } = new URL(url, 'http://localhost')
    // A client that goes away in the middle is usual here.
    response.on('error', () => undefined)
    const known = served.bearer === undefined || headers.authorization === `Bearer ${served.bearer}`
    const fault = known ? takeFault(faults, pathname, method) : { status: 401 }
    if (method !== 'PUT') return void answer(request, response, files, pathname, fault)
    // What is refused or redirected is not waited for, where the client asks whether it is wanted.
    if (asksFirst && !fault.expectsNothing) {
      if (fault.status !== undefined || fault.redirectsTo !== undefined) return refuse(response, fault)
      response.writeContinue()
    }
    void take(request, response, files, pathname, fault, heard)
  }
  server.on('request', hear(false)).on('checkContinue', hear(true))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const served: DataServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    faults,
    requests,
    asked: async (method, path) => {
      while (!requests.some((request) => request.method === method && request.path === path))
        await once(server, 'asked')
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return served
}

const PATTERN = createHash('sha512').update('made up').digest()
const BLOCK = Buffer.alloc(64 * 1024, PATTERN)

/** The bytes of a file that is given as a number, from a place on: 64 arbitrary bytes, again and again. */
export function* madeUpBytes(from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to;) {
    const begin = at % PATTERN.length
    const length = Math.min(BLOCK.length - begin, to - at)
    yield BLOCK.subarray(begin, begin + length)
    at += length
  }
}

function takeFault(faults: Map<string, Fault[]>, path: string, method: string): Fault {
  const list = faults.get(path) ?? []
  const index = list.findIndex((fault) => (fault.method ?? method) === method && fault.times !== 0)
  const fault = list[index]
  if (fault?.times !== undefined) list[index] = { ...fault, times: fault.times - 1 }
  return fault ?? {}
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: Map<string, ServedFile>,
  path: string,
  fault: Fault,
): Promise<void> {
  const file = files.get(path)
  if (fault.becomes) response.once('close', () => files.set(path, fault.becomes as ServedFile))
  if (fault.redirectsTo !== undefined) {
    response.writeHead(fault.status ?? 302, { location: fault.redirectsTo }).end()
  } else if (fault.status !== undefined || !file) {
    response.writeHead(fault.status ?? 404, { 'content-type': 'text/plain' }).end(`no data at ${path}\n`)
  } else {
    await serve(request, response, fault.gzips ? compressed(file) : file, fault)
  }
}

/** Takes a file, whole; with a status, reads it and refuses it. */
async function take(
  request: IncomingMessage,
  response: ServerResponse,
  files: Map<string, ServedFile>,
  path: string,
  fault: Fault,
  heard: ServedRequest,
): Promise<void> {
  const { status, redirectsTo, stallsAfter, answersAfter = Infinity, bytesPerSecond, becomes } = fault
  const chunks: Buffer[] = []
  heard.received = 0
  // A client that goes away in the middle is usual here, too.
  request.on('error', () => undefined)
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      heard.received += chunk.length
      if (bytesPerSecond) await pause((chunk.length / bytesPerSecond) * 1_000, undefined, { ref: false })
      if (heard.received >= answersAfter) break
    }
  } catch {
    return
  }
  if (stallsAfter !== undefined) return
  if (status !== undefined || redirectsTo !== undefined) return refuse(response, fault)
  files.set(path, becomes ?? { content: Buffer.concat(chunks) })
  response.writeHead(201, Number.isFinite(answersAfter) ? { connection: 'close' } : {}).end()
}

function refuse(response: ServerResponse, { status = 307, redirectsTo }: Fault): void {
  response.writeHead(status, redirectsTo ? { location: redirectsTo, connection: 'close' } : {}).end()
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  file: ServedFile,
  fault: Fault,
): Promise<void> {
  const size = sizeOf(file)
  const version = { etag: `"${tagOf(file)}"`, ...file.headers }
  const from = fault.ignoresRange ? 0 : rangeBegin(request, version)
  if (from > 0 && from >= size) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end()
    return
  }
  const all = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-range': from > 0 ? `bytes ${from}-${size - 1}/${size}` : '',
    'content-length': fault.unannounced ? '' : String((fault.announces ?? size) - from),
    ...version,
  }
  const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
  response.writeHead(from > 0 ? 206 : 200, headers)
  if (request.method === 'HEAD') response.end()
  else await send(response, file, from, fault)
}

async function send(response: ServerResponse, file: ServedFile, from: number, fault: Fault): Promise<void> {
  const size = sizeOf(file)
  const to = Math.min(size, from + Math.min(fault.stopsAfter ?? Infinity, fault.stallsAfter ?? Infinity))
  const blocks = typeof file.content === 'number' ? madeUpBytes(from, to) : [file.content.subarray(from, to)]
  response.flushHeaders()
  for (const block of blocks) {
    for (const part of fault.bytesPerSecond ? slices(block, fault.bytesPerSecond / 10) : [block]) {
      if (fault.bytesPerSecond) await pause(100)
      if (response.destroyed) return
      if (!response.write(part)) await drained(response)
    }
  }
  if (fault.stallsAfter !== undefined) return
  // What was written is sent before the connection ends, so that a client gets exactly the bytes that it was told of.
  if (to < size || (fault.announces ?? 0) > size) response.socket?.end()
  else response.end()
}

/** Resolves when a response takes more, or when nobody takes it any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

function slices(block: Buffer, bytes: number): Buffer[] {
  const step = Math.max(1, Math.floor(bytes))
  return Array.from({ length: Math.ceil(block.length / step) }, (_, index) =>
    block.subarray(index * step, (index + 1) * step),
  )
}

function sizeOf({ content }: ServedFile): number {
  return typeof content === 'number' ? content : content.length
}

function tagOf({ content }: ServedFile): string {
  return typeof content === 'number' ? `made-up-${content}` : createHash('sha256').update(content).digest('hex')
}

function compressed({ content, headers }: ServedFile): ServedFile {
  const bytes = typeof content === 'number' ? Buffer.concat([...madeUpBytes(0, content)]) : content
  return { content: gzipSync(bytes), headers: { ...headers, 'content-encoding': 'gzip' } }
}

/** Where the range of a request begins; 0 for all, also when `If-Range` is of another version. */
function rangeBegin({ headers }: IncomingMessage, version: Readonly<Record<string, string>>): number {
  const [, begin] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
  const condition = headers['if-range']
  if (condition !== undefined && condition !== version['etag'] && condition !== version['last-modified']) return 0
  return Number(begin ?? 0)
}
