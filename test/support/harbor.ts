/** A small Harbor: what its API v2.0 says of projects and artifacts; it can be told to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HarborImage {
  readonly digest: string
  readonly labels?: readonly string[]
  /** Types of accessories. */
  readonly accessories?: readonly string[]
  readonly scan?: { readonly status: string; readonly severity: string }
}

export interface HarborServer {
  readonly url: string
  /** Projects with whether they are public. */
  readonly projects: Map<string, boolean>
  /** By `project/repository:tag`. */
  readonly images: Map<string, HarborImage>
  /** The paths that were asked for, with the credentials. */
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[]
  /** The robot account that may see what is not public. */
  robot: { readonly username: string; readonly password: string } | undefined
  fault: 'none' | 'silent' | 'broken' | 'nonsense' | 'huge' | 'refuses'
  close(): Promise<void>
}

const ARTIFACT = /^\/api\/v2\.0\/projects\/([^/]+)\/repositories\/([^/]+)\/artifacts\/([^/]+)$/

/** Starts one on 127.0.0.1. */
export async function startHarbor(): Promise<HarborServer> {
  const server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const harbor: HarborServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    projects: new Map(),
    images: new Map(),
    asked: [],
    robot: undefined,
    fault: 'none',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return harbor

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const say = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const refuse = (status: number, code: string) => say(status, { errors: [{ code, message: code.toLowerCase() }] })
    const { pathname, searchParams } = new URL(request.url ?? '', harbor.url)
    harbor.asked.push({ path: request.url ?? '', authorization: request.headers.authorization })
    if (harbor.fault === 'silent') return
    if (harbor.fault === 'broken') return refuse(500, 'UNKNOWN')
    if (harbor.fault === 'refuses') return refuse(401, 'UNAUTHORIZED')
    if (harbor.fault === 'nonsense') return void response.end('<html>')
    if (harbor.fault === 'huge') return void response.end(Buffer.alloc(8 * 1_048_576, ' '))
    const { robot } = harbor
    const basic = robot && `Basic ${Buffer.from(`${robot.username}:${robot.password}`).toString('base64')}`
    const isRobot = basic !== undefined && request.headers.authorization === basic
    if (request.headers.authorization !== undefined && !isRobot) return refuse(401, 'UNAUTHORIZED')
    if (pathname === '/api/v2.0/projects') return say(200, listed(searchParams))
    const [, project = '', encoded = '', reference = ''] = ARTIFACT.exec(pathname) ?? []
    // Decoded once as a part of the path, and once more as the name of a repository.
    const repository = decodeURIComponent(decodeURIComponent(encoded))
    if (!harbor.projects.has(project) || (!harbor.projects.get(project) && !isRobot))
      return isRobot ? refuse(404, 'NOT_FOUND') : refuse(401, 'UNAUTHORIZED')
    const image = imageOf(project, repository, decodeURIComponent(reference))
    return image ? say(200, artifact(image)) : refuse(404, 'NOT_FOUND')
  }

  function listed(query: URLSearchParams): object[] {
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 10)]
    const found = [...harbor.projects]
      .filter(([name, isPublic]) => name.includes(query.get('name') ?? '') && (isPublic || !query.has('public')))
      .map(([name, isPublic]) => ({ name, metadata: { public: String(isPublic) } }))
    return found.slice((page - 1) * size, page * size)
  }

  function imageOf(project: string, repository: string, reference: string): HarborImage | undefined {
    const prefix = `${project}/${repository}:`
    const ofRepository = [...harbor.images].filter(([name]) => name.startsWith(prefix))
    return ofRepository.find(([name, { digest }]) => name === `${prefix}${reference}` || digest === reference)?.[1]
  }
}

function artifact({ digest, labels = [], accessories = [], scan }: HarborImage): object {
  return {
    digest,
    type: 'IMAGE',
    labels: labels.map((name) => ({ name })),
    accessories: accessories.map((type) => ({ type })),
    ...(scan
      ? {
          scan_overview: {
            'application/vnd.security.vulnerability.report; version=1.1': {
              scan_status: scan.status,
              severity: scan.severity,
            },
          },
        }
      : {}),
  }
}
