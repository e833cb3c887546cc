/** Which schema of the contract the body of a request or an answer follows. XML is read and written by it. */
import { CONTRACT, SCHEMA_PREFIX, type SchemaName } from './contract.ts'

interface Body {
  readonly $ref?: string
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>
}

interface Parameter {
  readonly $ref?: string
  readonly name?: string
  readonly in?: string
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Body
  readonly responses?: Readonly<Record<string, Body>>
}

/** The requests and answers of one operation; undefined where the contract does not say. */
interface Taken {
  readonly request: SchemaName | undefined
  readonly answers: ReadonlyMap<number, SchemaName | undefined>
  /** The names of the parameters of its query, as the contract spells them. */
  readonly query: readonly string[]
}

const OPERATIONS = operationsOf((CONTRACT as unknown as { paths: Record<string, Record<string, Operation>> }).paths)

/** The schema of a request to a route, in the words of the router (`/executions/:uuid`); undefined for an unknown one. */
export function requestSchema(method: string, route: string): SchemaName | undefined {
  return operation(method, route)?.request
}

/** The schemas of everything that clients send. */
export function requestSchemas(): readonly SchemaName[] {
  return [
    ...new Set(
      [...OPERATIONS.values()].flatMap((ofRoute) => [...ofRoute.values()].flatMap(({ request }) => request ?? [])),
    ),
  ]
}

/** The schema of an answer of a route; undefined where the contract does not say. */
export function answerSchema(method: string, route: string, status: number): SchemaName | undefined {
  return operation(method === 'HEAD' ? 'GET' : method, route)?.answers.get(status)
}

/** The names of the parameters in the query of a route; undefined for a route that the contract does not have. */
export function queryNames(method: string, route: string): readonly string[] | undefined {
  return operation(method === 'HEAD' ? 'GET' : method, route)?.query
}

function operation(method: string, route: string): Taken | undefined {
  return OPERATIONS.get(route)?.get(method)
}

/** By the route, in the words of the router, and the method. */
function operationsOf(
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>,
): ReadonlyMap<string, ReadonlyMap<string, Taken>> {
  return new Map(
    Object.entries(paths).map(([path, operations]) => [
      path.replace(/\{(\w+)\}/g, ':$1'),
      new Map(
        Object.entries(operations)
          .filter(([method]) => method !== 'parameters')
          .map(([method, operation]) => [
            method.toUpperCase(),
            { ...bodiesOf(operation), query: queryOf(operation, operations.parameters) },
          ]),
      ),
    ]),
  )
}

/** Parameters of a path are those of each of its operations. */
function queryOf({ parameters = [] }: Operation, ofPath: unknown = []): string[] {
  return [...(ofPath as readonly Parameter[]), ...parameters]
    .map((one) => (one.$ref ? (at(one.$ref) as Parameter) : one))
    .flatMap((one) => (one.in === 'query' && one.name ? [one.name] : []))
}

function bodiesOf({ requestBody, responses = {} }: Operation): Omit<Taken, 'query'> {
  const answers = Object.entries(responses).map(([status, body]) => [Number(status), schemaOf(body)] as const)
  return { request: schemaOf(requestBody), answers: new Map(answers) }
}

function schemaOf(body: Body | undefined): SchemaName | undefined {
  const resolved = body?.$ref ? (at(body.$ref) as Body) : body
  const reference = resolved?.content?.['application/json']?.schema?.$ref
  return reference?.slice(SCHEMA_PREFIX.length) as SchemaName | undefined
}

/** What a reference of the contract leads to. */
function at(reference: string): unknown {
  return reference
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((place, part) => (place as Record<string, unknown>)[part], CONTRACT)
}
