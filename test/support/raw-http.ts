/** Speaks to a server byte by byte, for what no client library would send. */
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Sends bytes and reads the answer until the server closes the connection. */
export async function exchange(url: string, request: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(request)
  const parts: Buffer[] = []
  for await (const part of socket) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString()
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line) => /^([^:]+): *(.*)$/.exec(line))
  return {
    status: Number(first.split(' ')[1]),
    headers: new Map(headers.map((match) => [match?.[1]?.toLowerCase() ?? '', match?.[2] ?? ''])),
    body: text.slice(end + 4),
  }
}
