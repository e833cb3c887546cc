/** A small Group Membership Service (GMS 1.0): which token is in which groups; it can be told to fail. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GroupService {
  /** Its search resource. */
  readonly url: string
  /** By bearer token. A token that is not here is one of somebody whom it does not know. */
  readonly members: Map<string, readonly string[]>
  /** The searches that it was asked for. */
  readonly asked: string[]
  /** Headers of its answers. */
  headers: Record<string, string>
  fault: 'none' | 'silent' | 'broken' | 'nonsense' | 'huge' | 'refuses' | 'elsewhere'
  close(): Promise<void>
}

/** Starts one on 127.0.0.1. */
export async function startGroupService(): Promise<GroupService> {
  const server = createServer(({ url = '', headers }, response) => {
    service.asked.push(url)
    const say = (status: number, text: string, more: Record<string, string> = {}) =>
      void response.writeHead(status, { 'content-type': 'text/plain', ...service.headers, ...more }).end(text)
    if (service.fault === 'silent') return
    if (service.fault === 'broken') return say(500, 'unexpected exception')
    if (service.fault === 'nonsense') return say(200, '<html><body>not now</body></html>')
    if (service.fault === 'huge') return say(200, 'group\r\n'.repeat(300_000))
    if (service.fault === 'elsewhere') return say(302, '', { location: 'http://127.0.0.1:1/' })
    const [, token] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
    if (token === undefined || service.fault === 'refuses') return say(401, 'permission denied')
    const groups = service.members.get(token)
    if (!groups) return say(403, 'permission denied')
    const wanted = new URL(url, service.url).searchParams.getAll('group')
    const told = wanted.length === 0 ? groups : groups.filter((group) => wanted.includes(group))
    return say(200, told.map((group) => `${group}\r\n`).join(''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const service: GroupService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gms/search`,
    members: new Map(),
    asked: [],
    headers: {},
    fault: 'none',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return service
}
