/**
 * The forms of a request and an update in the earlier generations of the schema, and what each is today.
 *
 * One row for each form, applied in their order: a later row finds what an earlier one has made. A row leaves alone what
 * is in the current form. Nothing is guessed: what no row knows is for the validator, or is reported as unknown.
 */
import { BrokerError } from '../domain/errors.ts'
import { RESOURCES_PER_REQUEST_MAX } from '../domain/execution-plan.ts'
import { schemaNamed, type SchemaName } from './contract.ts'
import { currentKind } from './earlier-kinds.ts'
import { META_FIELDS } from './earlier-places.ts'
import { KIND } from './kinds.ts'
import { shapeOf } from './shape.ts'

type Fields = Readonly<Record<string, unknown>>
/** Tells that a part was in an earlier form, and what it was read as. */
type Note = (pointer: string, readAs: string) => void

/** One earlier form. */
export interface EarlierForm {
  /** Its example is the file of this name under test/protocol/earlier-generations. */
  readonly name: string
  /** The form, for a sentence. */
  readonly form: string
  readonly of: 'ExecutionRequest' | 'Update'
  rewrite(body: Fields, note: Note): Fields
}

/** A part of a request that was in an earlier form. */
export interface EarlierPart {
  readonly pointer: string
  readonly form: string
  readonly readAs: string
}

const PHASES: Readonly<Record<string, string>> = { READY: 'AVAILABLE', PROPOSED: 'INITIAL' }

export const EARLIER_FORMS: readonly EarlierForm[] = [
  {
    name: 'request-wrapper',
    form: 'the request in a field of that name',
    of: 'ExecutionRequest',
    rewrite: (body, note) => unwrap(body, 'request', note),
  },
  {
    name: 'resources-wrapper',
    form: 'the resources in a field of that name',
    of: 'ExecutionRequest',
    rewrite: (body, note) => hoist(body, 'resources', ['compute', 'storage', 'data', 'volumes'], note),
  },
  {
    name: 'components-wrapper',
    form: 'the components in a field of that name',
    of: 'ExecutionRequest',
    rewrite: (body, note) => hoist(body, 'components', ['executable', 'compute', 'storage', 'data', 'volumes'], note),
  },
  {
    name: 'compute-list',
    form: 'a list of one compute resource',
    of: 'ExecutionRequest',
    rewrite(body, note) {
      const { compute } = body
      if (!Array.isArray(compute) || compute.length !== 1) return body
      note('/compute', 'the resource itself')
      return { ...body, compute: compute[0] as unknown }
    },
  },
  {
    name: 'top-level-volumes',
    form: 'volumes beside the compute resource',
    of: 'ExecutionRequest',
    rewrite: joinVolumes,
  },
  {
    name: 'discriminator',
    form: "the kind under the name 'type' or '@type'",
    of: 'ExecutionRequest',
    rewrite: (body, note) =>
      eachComponent(body, (part, pointer, schema) => ('kind' in part ? part : kindFrom(part, pointer, schema, note))),
  },
  {
    name: 'volume-without-kind',
    form: 'a volume without a kind',
    of: 'ExecutionRequest',
    rewrite: (body, note) =>
      eachComponent(body, (part, pointer, schema) => {
        if (schema !== 'VolumeMount' || 'kind' in part) return part
        note(pointer, 'a simple-volume-mount')
        return { kind: KIND.simpleVolumeMount, ...part }
      }),
  },
  {
    name: 'kind-address',
    form: 'a kind at its earlier address',
    of: 'ExecutionRequest',
    rewrite(body, note) {
      const readdress: Change = (part, pointer, schema) => {
        const { kind } = part
        const mapping = shapeOf(schemaNamed(schema)).discriminator?.mapping ?? {}
        const current = typeof kind === 'string' ? currentKind(kind, mapping) : undefined
        if (current === undefined || current === kind) return part
        note(`${pointer}/kind`, current)
        return { ...part, kind: current }
      }
      const changed = eachComponent(body, (part, pointer, schema) =>
        eachLimit(readdress(part, pointer, schema), pointer, readdress),
      )
      return eachLimit(changed, '', readdress)
    },
  },
  {
    name: 'flat-fields',
    form: 'what describes a component beside its other fields',
    of: 'ExecutionRequest',
    rewrite: (body, note) =>
      gatherMeta(
        eachComponent(body, (part, pointer, schema) => gatherMeta(part, pointer, schema, note)),
        '',
        'ExecutionRequest',
        note,
      ),
  },
  {
    name: 'requested-offered',
    form: 'a pair of what is requested and what is offered',
    of: 'ExecutionRequest',
    rewrite: (body, note) =>
      eachComponent(body, (part, pointer) => {
        let read = part
        for (const amount of ['cores', 'memory', 'size']) {
          const pair = part[amount]
          if (!isMap(pair) || !isMap(pair.requested) || 'min' in pair || 'max' in pair) continue
          note(`${pointer}/${amount}`, 'what is requested')
          read = { ...read, [amount]: pair.requested }
        }
        return read
      }),
  },
  {
    name: 'environment-list',
    form: 'a list of names and values',
    of: 'ExecutionRequest',
    rewrite(body, note) {
      const { executable } = body
      if (!isMap(executable) || !Array.isArray(executable.environment)) return body
      const entries = (executable.environment as unknown[]).map(entryOf)
      if (!entries.every((entry) => entry !== undefined)) return body
      refuseTwice(entries.map(([name]) => name))
      note('/executable/environment', 'a map')
      return { ...body, executable: { ...executable, environment: Object.fromEntries(entries) } }
    },
  },
  {
    name: 'port-access-word',
    form: 'a word for what a port is for',
    of: 'ExecutionRequest',
    rewrite(body, note) {
      const network = isMap(body.executable) ? body.executable.network : undefined
      if (!isMap(network) || !Array.isArray(network.ports)) return body
      const ports = (network.ports as unknown[]).map((port, index) => {
        if (!isMap(port) || typeof port.access !== 'string' || 'purpose' in port) return port
        if (/^(true|false)?$/i.test(port.access.trim())) return port
        note(`/executable/network/ports/${index}/access`, 'purpose')
        const { access: purpose, ...beside } = port
        return { ...beside, purpose }
      })
      if (ports.every((port, index) => port === (network.ports as unknown[])[index])) return body
      return { ...body, executable: { ...(body.executable as Fields), network: { ...network, ports } } }
    },
  },
  {
    name: 'update-wrapper',
    form: 'the update in a field of that name',
    of: 'Update',
    rewrite: (body, note) => unwrap(body, 'update', note),
  },
  {
    name: 'update-discriminator',
    form: "the kind under the name 'type' or '@type'",
    of: 'Update',
    rewrite: (body, note) => ('kind' in body ? body : kindFrom(body, '', 'Update', note)),
  },
  {
    name: 'update-of-state',
    form: 'the phase under one of its earlier names',
    of: 'Update',
    rewrite(body, note) {
      const { path, value } = body
      if (typeof path !== 'string' || !/^(\$\.|\/)?(phase|state|status)$/.test(path)) return body
      const phase = typeof value === 'string' && Object.hasOwn(PHASES, value) ? PHASES[value] : value
      if (['phase', '/phase'].includes(path) && phase === value) return body
      note('/path', 'phase')
      return { ...body, path: 'phase', value: phase }
    },
  },
]

/** A body in the current form, and what of it was in an earlier one: the first place of each form. */
export function modernise(
  of: EarlierForm['of'],
  body: unknown,
  forms: readonly EarlierForm[] = EARLIER_FORMS,
): { readonly body: unknown; readonly earlier: readonly EarlierPart[] } {
  const earlier: EarlierPart[] = []
  let read = body
  for (const row of forms) {
    if (row.of !== of || !isMap(read)) continue
    let isFirst = true
    read = row.rewrite(read, (pointer, readAs) => {
      if (isFirst) earlier.push({ pointer, form: row.form, readAs })
      isFirst = false
    })
  }
  return { body: read, earlier }
}

function unwrap(body: Fields, name: string, note: Note): Fields {
  const inner = body[name]
  if (!isMap(inner) || 'kind' in body || 'executable' in body) return body
  note(`/${name}`, 'what is in it')
  const { [name]: _, ...beside } = body
  return { ...beside, ...inner }
}

/** Brings what is in a field to the top; what is already there stays, and is not overwritten. */
function hoist(body: Fields, name: string, fields: readonly string[], note: Note): Fields {
  const inner = body[name]
  if (!isMap(inner)) return body
  const moved = fields.filter((field) => Object.hasOwn(inner, field) && !Object.hasOwn(body, field))
  if (moved.length === 0) return body
  note(`/${name}`, 'what is in it')
  const left = Object.fromEntries(Object.entries(inner).filter(([field]) => !moved.includes(field)))
  const { [name]: _, ...beside } = body
  return {
    ...beside,
    ...Object.fromEntries(moved.map((field) => [field, inner[field]])),
    ...(Object.keys(left).length > 0 ? { [name]: left } : {}),
  }
}

/** Volumes beside the compute resource become its own: those that it names first, then the others. */
function joinVolumes(body: Fields, note: Note): Fields {
  const { volumes, ...beside } = body
  const compute = body.compute ?? { kind: KIND.simpleCompute }
  if (!Array.isArray(volumes) || !isMap(compute)) return body
  const own: unknown[] = Array.isArray(compute.volumes) ? compute.volumes : []
  const list = (volumes as unknown[]).map((volume) => ({ volume, name: isMap(volume) ? nameOf(volume) : undefined }))
  const byName = new Map(list.map(({ volume, name }) => [name, volume]))
  const named = new Set(own)
  const all = [
    ...own.map((one) => (typeof one === 'string' ? (byName.get(one) ?? one) : one)),
    ...list.filter(({ name }) => !named.has(name)).map(({ volume }) => volume),
  ]
  note('/volumes', '/compute/volumes')
  return { ...beside, compute: { ...compute, volumes: all.flatMap(mountsOf) } }
}

function nameOf(volume: Fields): unknown {
  const meta = isMap(volume.meta) ? volume.meta : {}
  return volume.name ?? meta.name ?? volume.uuid ?? meta.uuid
}

/** One mount for each resource of a volume; several lie side by side in its path. */
function mountsOf(volume: unknown): unknown[] {
  if (!isMap(volume) || !Array.isArray(volume.resources)) return [volume]
  const { resources, cardinality: _, ...mount } = volume
  const list = resources as unknown[]
  if (list.length === 1) return [{ ...mount, resource: list[0] }]
  const path = typeof mount.path === 'string' ? mount.path : '/volumes'
  return list.map((resource) => ({ ...mount, path: `${path}/${String(resource)}`, resource }))
}

function kindFrom(part: Fields, pointer: string, schema: SchemaName, note: Note): Fields {
  const isField = (name: string) => shapeOf(schemaNamed(schema)).properties.has(name)
  const name = ['@type', 'type'].find((one) => typeof part[one] === 'string' && !isField(one))
  if (name === undefined) return part
  note(`${pointer}/${name}`, 'kind')
  const { [name]: kind, ...beside } = part
  return { kind, ...beside }
}

function gatherMeta(part: Fields, pointer: string, schema: SchemaName, note: Note): Fields {
  const { properties } = shapeOf(schemaNamed(schema))
  const flat = Object.keys(part).filter((key) => Object.hasOwn(META_FIELDS, key) && !properties.has(key))
  if (flat.length === 0 || (part.meta !== undefined && !isMap(part.meta))) return part
  note(`${pointer}/${flat[0]}`, 'a field of meta')
  const gathered = Object.fromEntries(flat.map((key): [string, unknown] => [META_FIELDS[key] ?? key, part[key]]))
  const beside = Object.fromEntries(Object.entries(part).filter(([key]) => !flat.includes(key)))
  return { ...beside, meta: { ...gathered, ...part.meta } }
}

function entryOf(entry: unknown): [string, unknown] | undefined {
  if (!isMap(entry)) return undefined
  const name = entry.name ?? entry.key
  return typeof name === 'string' ? [name, entry.value] : undefined
}

/** Refuses a variable that is there twice: which value is meant cannot be known. */
function refuseTwice(names: readonly string[]): void {
  const seen = new Set<string>()
  const second = names.findIndex((name) => seen.size === seen.add(name).size)
  if (second === -1) return
  throw new BrokerError('BAD_REQUEST', `The environment has the variable '${names[second]}' twice.`, {
    faults: [{ pointer: `/executable/environment/${second}`, detail: 'is there twice; leave one of them out' }],
  })
}

type Change = (part: Fields, pointer: string, schema: SchemaName) => Fields

/** Applies a change to every component of a request that is a map. What it does not change stays the very same. */
function eachComponent(body: Fields, change: Change): Fields {
  const { executable, compute, storage, data } = body
  let changed = withField(body, 'executable', changeOne(executable, '/executable', 'Executable', change))
  changed = withField(changed, 'storage', changeList(storage, '/storage', 'StorageResource', change))
  changed = withField(changed, 'data', changeList(data, '/data', 'DataResource', change))
  const machine = changeOne(compute, '/compute', 'ComputeResource', change)
  if (!isMap(machine)) return withField(changed, 'compute', machine)
  const volumes = changeList(machine.volumes, '/compute/volumes', 'VolumeMount', change)
  return withField(changed, 'compute', withField(machine, 'volumes', volumes))
}

/** Applies a change to the limits on costs and metrics of a request or one of its components. */
function eachLimit(part: Fields, pointer: string, change: Change): Fields {
  const costs = withField(part, 'costs', changeList(part.costs, `${pointer}/costs`, 'CostItem', change))
  return withField(costs, 'metrics', changeList(part.metrics, `${pointer}/metrics`, 'MetricItem', change))
}

function changeOne(part: unknown, pointer: string, schema: SchemaName, change: Change): unknown {
  return isMap(part) ? change(part, pointer, schema) : part
}

function changeList(parts: unknown, pointer: string, schema: SchemaName, change: Change): unknown {
  // Too long a list is refused, whatever is in it.
  if (!Array.isArray(parts) || parts.length > RESOURCES_PER_REQUEST_MAX) return parts
  const list = parts as readonly unknown[]
  const changed = list.map((part, index) => changeOne(part, `${pointer}/${index}`, schema, change))
  return changed.some((part, index) => part !== list[index]) ? changed : parts
}

/** A map with another value for a field; the very same map when it has that value already. */
function withField(map: Fields, name: string, value: unknown): Fields {
  return map[name] === value ? map : { ...map, [name]: value }
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
