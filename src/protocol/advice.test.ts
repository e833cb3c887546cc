/** Every refusal that gives an example gives one that is taken: each is put in the place of what was refused. */
import { describe, expect, it } from 'vitest'
import { exampleIn } from '../domain/schema-example.ts'
import { faultsOf } from './contract-faults.ts'
import { CONTRACT, resolveSchema, schemaNamed, type Schema, type SchemaName } from './contract.ts'
import { KIND } from './kinds.ts'
import { readRequest, type ReadRequest } from './read-request.ts'

/** Values that people write in the wrong place, and some that nobody would. */
const WRONG: readonly unknown[] = [
  'echo hello',
  '4Gi',
  '',
  5,
  -1,
  2.5,
  true,
  'yes',
  [],
  ['sh', '-c'],
  {},
  { a: 1 },
  [[1]],
]

/** A value that is read as the keys lead through it, down to the place where something is put. */
type Put = (part: unknown) => unknown

/** Each place of a schema that a client writes, with what puts something there. */
function* placesOf(schema: Schema, put: Put, depth = 0): Generator<{ pointer: string; put: Put }> {
  const { properties = {}, items, oneOf, discriminator } = resolveSchema(schema)
  if (depth > 6) return
  yield { pointer: '', put }
  if (discriminator) {
    for (const [kind, $ref] of Object.entries(discriminator.mapping))
      for (const { pointer, put: inner } of fieldsOf(resolveSchema({ $ref }).properties ?? {}, put, depth, {
        [discriminator.propertyName]: kind,
      }))
        yield { pointer, put: inner }
    return
  }
  yield* fieldsOf(properties, put, depth, {})
  if (items) for (const inner of placesOf(items, (part) => put([part]), depth + 1)) yield under('/0', inner)
  for (const branch of oneOf ?? []) yield* placesOf(branch, put, depth + 1)
}

function* fieldsOf(
  fields: Readonly<Record<string, Schema>>,
  put: Put,
  depth: number,
  beside: object,
): ReturnType<typeof placesOf> {
  for (const [name, field] of Object.entries(fields)) {
    if (field.readOnly || resolveSchema(field).readOnly) continue
    for (const inner of placesOf(field, (part) => put({ ...beside, [name]: part }), depth + 1))
      yield under(`/${name}`, inner)
  }
}

const under = (prefix: string, { pointer, put }: { pointer: string; put: Put }) => ({ pointer: prefix + pointer, put })

/** A value with another part at the place of a pointer. */
function withPart(value: unknown, pointer: string, part: unknown): unknown {
  const [, key, ...rest] = pointer.split('/')
  if (key === undefined) return part
  const inner = (value ?? {}) as Record<string, unknown>
  const changed = withPart(inner[key], rest.map((one) => `/${one}`).join(''), part)
  return Array.isArray(value)
    ? value.map((one: unknown, at) => (String(at) === key ? changed : one))
    : { ...inner, [key]: changed }
}

/** The bodies that clients send. */
const BODIES: readonly SchemaName[] = [
  'ExecutionRequest',
  'AccountRequest',
  'TokenRequest',
  'MaintenanceRequest',
].filter((name): name is SchemaName => name in CONTRACT.components.schemas)

describe.each(BODIES)('a refusal of %s', (name) => {
  const tried = [...placesOf(schemaNamed(name), (part) => part)].flatMap(({ put }) => WRONG.map((wrong) => put(wrong)))
  const faults = tried.flatMap((value) => faultsOf(name, value).map((fault) => ({ value, fault })))

  it('gives examples that are taken in the place of what is refused', () => {
    let examples = 0
    for (const { value, fault } of faults) {
      const example = exampleIn(fault.detail)
      if (example === undefined || !('pointer' in fault)) continue
      examples++
      const mended = withPart(value, fault.pointer, JSON.parse(example))
      const left = faultsOf(name, mended).filter(
        (one) => 'pointer' in one && `${one.pointer}/`.startsWith(`${fault.pointer}/`),
      )
      expect({ example, left }, `${fault.pointer} of ${JSON.stringify(value)}`).toEqual({ example, left: [] })
    }
    expect(examples).toBeGreaterThan(faults.length / 2)
  })
  it('speaks of no types as programs have them', () => {
    expect(faults.filter(({ fault }) => /must be (array|object|integer|string|boolean)/.test(fault.detail))).toEqual([])
  })
})

describe('what is meant by a value of another type', () => {
  const container = { kind: KIND.dockerContainer, image: { locations: ['busybox:1'] } }
  const compute = { kind: KIND.simpleCompute }
  const WHOLE = `{"executable": {"kind": "${KIND.dockerContainer}", "image": {"locations": ["docker.io/library/busybox:1.37"]}, "command": ["echo", "hello"]}}`
  it.each<[unknown, string]>([
    [{ executable: { ...container, command: 'echo hello' } }, 'must be a list; write ["echo", "hello"]'],
    [{ executable: { ...container, entrypoint: ['sh', '-c'] } }, 'must be a text; write "sh"'],
    [{ executable: { ...container, privileged: 'yes' } }, 'must be true or false; write true'],
    [
      { executable: { ...container, image: 'busybox:1' } },
      'must be a map of fields; write {"locations": ["busybox:1"]}',
    ],
    [
      { executable: { ...container, environment: ['A=b=c', 'D='] } },
      'must be a map of fields; write {"A": "b=c", "D": ""}',
    ],
    [{ compute: { ...compute, memory: 4 } }, 'must be a map of fields; write {"min": 4, "max": 4}'],
    [
      { compute: { ...compute, memory: '4Gi' } },
      'must be a map of fields (counted in GiB, and 4Gi is 4 GiB); write {"min": 4, "max": 4}',
    ],
    [
      { compute: { ...compute, memory: { min: '512MB' } } },
      'must be a whole number (counted in GiB, and 512MB is less than 1 GiB); write 1',
    ],
    [
      { compute: { ...compute, memory: { min: '4096MiB' } } },
      'must be a whole number (counted in GiB, and 4096MiB is 4 GiB); write 4',
    ],
    [
      { compute: { ...compute, cores: '1500m' } },
      'must be a map of fields (counted in cores, and 1500m is 1.5 cores); write {"min": 2, "max": 2}',
    ],
    [{ compute: { ...compute, cores: { min: '4GB' } } }, 'must be a whole number, such as 1'],
    [
      { storage: [{ kind: KIND.simpleStorage, size: '100 GB' }] },
      'must be a map of fields (counted in GiB, and 100 GB is 93.1 GiB); write {"min": 94, "max": 94}',
    ],
    [[], `must be a map of fields, such as ${WHOLE}`],
    ['executable', `must be a map of fields, such as ${WHOLE}`],
    [{ data: 'https://example.org/x' }, `must be a list, such as [{"kind": "${KIND.simpleData}"}]`],
    [{ storage: { size: 1 } }, `must be a list, such as [{"kind": "${KIND.simpleStorage}"}]`],
    [{ compute: {} }, `is required: write ${KIND.simpleCompute}`],
    [{ schedule: { requested: { duration: 300 } } }, 'must be a text, such as "PT2H"'],
    [{ compute: { ...compute, cores: { min: 0.5 } } }, 'must be a whole number; write 1'],
    [{ compute: { ...compute, memory: { max: -0.5 } } }, 'must be a whole number, such as 1'],
    [{ compute: { ...compute, cores: 0 } }, 'must be a map of fields, such as {"min": 1, "max": 2}'],
    [{ storage: [{ kind: KIND.simpleStorage, size: { min: 2.5 } }] }, 'must be a whole number; write 2'],
  ])('of %j is proposed', (request, detail) => {
    expect(faultsOf('ExecutionRequest', request).map((fault) => fault.detail)).toEqual([detail])
  })
})

describe('advice in a message', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')
  const read = (parts: object): ReadRequest =>
    readRequest({ executable: { kind: KIND.dockerContainer, image: { locations: ['busybox:1'] } }, ...parts }, now, {
      durationMs: 1,
    })
  const texts = (parts: object) => read(parts).messages.map(({ text }) => text)
  const container = (fields: object) => ({
    executable: { kind: KIND.dockerContainer, image: { locations: ['busybox:1'] }, ...fields },
  })

  it.each([
    ['cores', { min: 0, max: 0 }, 'at least 1 is needed; write 1 or more'],
    ['cores', { min: -1 }, 'write a whole number from 1 to 1000000000'],
    ['memory', { min: -1, max: 4 }, 'write a whole number from 1 to 1000000000'],
    ['memory', { max: 2_000_000_000 }, 'write a whole number from 1 to 1000000000'],
  ])('on %s of %j is taken, and the only one', (field, amounts, advice) => {
    const said = texts({ compute: { kind: KIND.simpleCompute, [field]: amounts } })
    expect(said).toEqual([expect.stringContaining(advice)])
    for (const most of [1, 1_000_000_000])
      expect(texts({ compute: { kind: KIND.simpleCompute, [field]: { min: 1, max: most } } })).toEqual([])
  })
  it.each(['5m', '1h30m', '90 min', '2d'])('on the duration %s is a duration', (duration) => {
    const [said = ''] = texts({ schedule: { requested: { duration } } })
    const proposed = /write '([^']+)'/.exec(said)?.[1]
    expect(texts({ schedule: { requested: { duration: proposed } } })).toEqual([])
  })
  it.each([
    [{ command: ['ls -l /'] }, { command: ['ls', '-l', '/'] }],
    [
      { entrypoint: '/bin/sh -c', command: ['ls'] },
      { entrypoint: '/bin/sh', command: ['-c', 'ls'] },
    ],
    [{ entrypoint: 'python3  run.py' }, { entrypoint: 'python3', command: ['run.py'] }],
  ])('on the line %j of a shell is a program and its arguments', (written, meant) => {
    const [said = ''] = texts(container(written))
    expect(said).toContain(`command: ${JSON.stringify(meant.command)}`)
    expect(texts(container(meant))).toEqual([])
  })
  it.each([{ command: ['echo', 'a b'] }, { entrypoint: 'sh', command: ['-c', 'ls -l /'] }, { command: [] }])(
    'is not given on %j',
    (written) => expect(texts(container(written))).toEqual([]),
  )
  it('lists the names that a volume may have', () => {
    const data = (name: string) => ({ kind: KIND.simpleData, meta: { name }, location: 'https://example.org/x' })
    const mount = (path: string, resource: string) => ({ kind: KIND.simpleVolumeMount, path, resource })
    const compute = (...volumes: object[]) => ({ kind: KIND.simpleCompute, volumes })
    const asked = (one: object, ...there: string[]) => texts({ compute: compute(one), data: there.map(data) })
    expect(asked(mount('/in', 'imag'), 'image', 'mask')[0]).toMatch(/in this request; there are 'image', 'mask'\.$/)
    expect(asked(mount('/in', 'imag'))[0]).toMatch(/in this request; the request has none\.$/)
    expect(asked(mount('/in', 'image'), 'image')).toEqual([])
    const overlaps = (first: string, second: string) =>
      texts({ compute: compute(mount(first, 'a'), mount(second, 'b')), data: [data('a'), data('b')] })
    expect(overlaps('/data/in', '/data')[0]).toMatch(/^The mount path '\/data' of \S+ contains '\/data\/in'/)
    expect(overlaps('/data', '/data/in')[0]).toMatch(/^The mount path '\/data\/in' of \S+ lies in '\/data'/)
    expect(overlaps('/data', '/data/')[0]).toMatch(/is also '\/data'/)
    expect(overlaps('/data/first', '/data/second')).toEqual([])
  })
})
