/** Talks to a broker over HTTP as any client would, and holds every answer against the contract. */
import { load } from 'js-yaml'
import { parseDuration, parseInstant } from '../../src/domain/dates.ts'
import { idSource } from '../../src/domain/ids.ts'
import { faultsOf } from '../../src/protocol/contract-faults.ts'
import { CONTRACT, type SchemaName, type Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { readXml } from '../../src/protocol/xml/read-xml.ts'

export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

interface DeclaredResponse {
  readonly content?: Record<string, { schema: { $ref?: string } }>
  /** Which statuses the default stands for. */
  readonly 'x-statuses'?: readonly number[]
}

interface Operation {
  readonly responses: Record<string, DeclaredResponse | { $ref: string }>
}

/** The id of an execution that no broker has. It is of today, so that no answer says that it was perhaps kept long enough. */
export const UNKNOWN_ID: string = idSource(() => Date.now()).execution()

/** A client of one broker. */
export class Api {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  get<Body = unknown>(path: string, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.send<Body>('GET', path, undefined, headers)
  }

  /** Posts a value as JSON, or text as it is. */
  post<Body = unknown>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return this.send<Body>('POST', path, text, { 'Content-Type': 'application/json', ...headers })
  }

  async send<Body>(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    })
    const mediaType = response.headers.get('content-type')?.split(';')[0] ?? ''
    const text = await response.text()
    const schema = () => declaredSchema(method, path, response.status, mediaType)
    const value: unknown =
      mediaType.endsWith('json') && text !== ''
        ? JSON.parse(text)
        : mediaType.endsWith('yaml')
          ? load(text)
          : mediaType.endsWith('xml') && !path.startsWith('/capabilities') && !path.startsWith('/availability')
            ? readXml(text, schema())
            : text
    // An answer to HEAD has no body, and the contract says of OPTIONS for all paths at once what it does.
    if (!['HEAD', 'OPTIONS'].includes(method)) holdAgainstContract(method, path, response.status, mediaType, value)
    return { status: response.status, headers: response.headers, body: value as Body }
  }

  /** Asks for offers. */
  async offers(
    request: Schemas['ExecutionRequest'],
    headers: Record<string, string> = {},
  ): Promise<Schemas['OfferSet']> {
    return (await this.post<Schemas['OfferSet']>('/offersets', request, headers)).body
  }

  /** Runs directly; throws when it was refused. */
  async run(request: Schemas['ExecutionRequest']): Promise<string> {
    const { status, body } = await this.post<Schemas['Execution']>('/executions', request)
    if (status !== 303 || !body.meta.uuid) throw new Error(`refused: ${JSON.stringify(body.meta.messages)}`)
    return body.meta.uuid
  }

  /** Asks for another phase. */
  setPhase(uuid: string, phase: string): Promise<Answer<Schemas['Execution']>> {
    return this.post(`/executions/${uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: phase })
  }

  async execution(uuid: string): Promise<Schemas['Execution']> {
    return (await this.get<Schemas['Execution']>(`/executions/${uuid}`)).body
  }

  /** Waits until an execution is in one of these phases. */
  async reaches(uuid: string, ...phases: string[]): Promise<Schemas['Execution']> {
    for (;;) {
      const current = await this.execution(uuid)
      if (phases.includes(current.phase)) return current
      const { phase } = current
      if (['COMPLETED', 'FAILED', 'CANCELLED', 'REJECTED', 'EXPIRED'].includes(phase)) {
        throw new Error(`ended as ${phase}: ${allText(current).join(' | ')}`)
      }
      await this.get(`/executions/${uuid}?WAIT=10&PHASE=${phase}`)
    }
  }

  /** Waits until an execution has ended and everything was given back; gives it as it is then. */
  async ends(uuid: string): Promise<Schemas['Execution']> {
    // The stream of events ends when nothing more can happen.
    await (await fetch(`${this.url}/executions/${uuid}/events`)).text()
    return this.execution(uuid)
  }

  /** The events of an execution until it has ended, as their data with their type. */
  async events(uuid: string, after?: string): Promise<Record<string, string>[]> {
    const response = await fetch(`${this.url}/executions/${uuid}/events`, {
      headers: after ? { 'Last-Event-ID': after } : {},
    })
    const blocks = (await response.text()).split('\n\n').filter((block) => block.includes('data: '))
    return blocks.map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
      return { ...(JSON.parse(field('data')) as Record<string, string>), type: field('event'), id: field('id') }
    })
  }
}

/** Every message of an execution and its components, rendered. */
export function allText(execution: Schemas['Execution']): string[] {
  const { executable, compute, storage = [], data = [] } = execution
  return [execution, executable, compute, ...storage, ...data]
    .flatMap((part) => part?.meta?.messages ?? [])
    .map(({ message }) => message)
}

/** The earliest and the latest start of an execution; the same once it has started. */
export function startOf({ schedule }: Schemas['Execution']): { earliestAt: number; promisedAt: number } {
  const [start = '', range = ''] = schedule?.available?.start?.split('/') ?? []
  const earliestAt = parseInstant(start)
  return { earliestAt, promisedAt: earliestAt + (range === 'PT0S' ? 0 : parseDuration(range, earliestAt).value) }
}

/** The names of the messages of something. */
export const messageNames = (part: { meta?: Schemas['ComponentMetadata'] } | undefined) =>
  (part?.meta?.messages ?? []).map(({ kind }) => kind.split(':').at(-1))

/** A request for a container. */
export function containerRequest(
  container: Partial<Omit<Schemas['DockerContainer'], 'kind'>> = {},
  rest: Omit<Schemas['ExecutionRequest'], 'executable'> = {},
): Schemas['ExecutionRequest'] {
  return {
    executable: { kind: KIND.dockerContainer, image: { locations: ['example.org/test:1'] }, ...container },
    ...rest,
  }
}

/** A compute resource of so many cores. */
export const cores = (min: number, max?: number): Schemas['ComputeResource'] => ({
  kind: KIND.simpleCompute,
  cores: { min, ...(max === undefined ? {} : { max }) },
})

/** The schema that the contract declares for an answer; undefined where it declares none. */
function declaredSchema(method: string, path: string, status: number, mediaType: string): SchemaName | undefined {
  const paths = (CONTRACT as unknown as { paths: Record<string, Record<string, Operation>> }).paths
  const plain = path.split('?')[0] ?? ''
  const template = Object.keys(paths).find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain))
  if (!template) return undefined
  const operations = paths[template] ?? {}
  // The method of a 405 has no operation; it is the path that is asked wrongly.
  const operation =
    operations[method.toLowerCase()] ??
    (status === 405 ? Object.values(operations).find((one) => one.responses) : undefined)
  const declared = responseOf(operation, status)
  if (!declared) throw new Error(`the contract does not declare ${status} for ${method} ${template}`)
  // Without a declared body there is none.
  if (!declared.content && mediaType === '') return undefined
  const content = declared.content?.[mediaType]
  if (!content) throw new Error(`the contract does not declare ${mediaType} for ${status} of ${method} ${template}`)
  return content.schema.$ref?.split('/').at(-1) as SchemaName | undefined
}

/** What an operation declares for a status, by itself or among the refusals that any request can meet. */
function responseOf(operation: Operation | undefined, status: number): DeclaredResponse | undefined {
  const refused = resolve(operation?.responses.default)
  return resolve(operation?.responses[status]) ?? (refused?.['x-statuses']?.includes(status) ? refused : undefined)
}

/** Throws when an answer is not as the contract declares it. */
export function holdAgainstContract(
  method: string,
  path: string,
  status: number,
  mediaType: string,
  body: unknown,
): void {
  const name = declaredSchema(method, path, status, mediaType)
  const faults = name ? faultsOf(name, body) : []
  if (faults.length > 0)
    throw new Error(`the answer to ${method} ${path} does not follow the contract: ${JSON.stringify(faults)}`)
  // Who asks for a list gets one, whatever is in it.
  const said = /^(Sharing|AuditLog|.*List)$/.test(name ?? '') ? Object.values(body as object) : [body]
  const empty = name ? said.flatMap(emptyPlaces) : []
  if (empty.length > 0)
    throw new Error(`the answer to ${method} ${path} says nothing at ${empty.join(' and ')}, which is left out`)
}

/** The pointer to the whole of a document, and an entry point that takes away that of the image. */
const MEANT_EMPTY = ['pointer', 'entrypoint']

/** Where something is that no answer of any notation has within it: null, and what is empty. */
function emptyPlaces(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, part]: [string, unknown]) => {
    const saysNothing = part === '' && !MEANT_EMPTY.includes(name)
    const isEmpty = part === null || saysNothing || (typeof part === 'object' && Object.keys(part).length === 0)
    // A variable that is set to an empty text is set.
    if (name === 'environment' && !isEmpty) return []
    return isEmpty ? [`/${name}`] : emptyPlaces(part).map((pointer) => `/${name}${pointer}`)
  })
}

function resolve(response: DeclaredResponse | { $ref: string } | undefined): DeclaredResponse | undefined {
  if (!response || !('$ref' in response)) return response
  const parts = response.$ref.slice(2).split('/')
  return parts.reduce<unknown>((place, part) => (place as Record<string, unknown>)[part], CONTRACT) as DeclaredResponse
}
