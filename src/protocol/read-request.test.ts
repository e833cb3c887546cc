import { describe, expect, it } from 'vitest'
import { MESSAGES } from '../domain/message.ts'
import { KIND } from './kinds.ts'
import { readRequest } from './read-request.ts'

const NOW = Date.parse('2026-12-01T00:00:00Z')
const DEFAULTS = { durationMs: 7_200_000 }
const read = (body: object) => readRequest(body, NOW, DEFAULTS)

const container = { executable: { kind: KIND.dockerContainer, image: { locations: ['example.org/test:1'] } } }
const file = (meta: object, more: object = {}) => ({
  kind: KIND.simpleData,
  meta,
  location: 'http://example.org/a',
  ...more,
})
const space = (meta: object, more: object = {}) => ({ kind: KIND.simpleStorage, meta, ...more })
const volume = (resource: string, more: object = {}) => ({ kind: KIND.simpleVolumeMount, resource, ...more })
const mounts = (...volumes: object[]) => ({ compute: { kind: KIND.simpleCompute, volumes } })

describe('what a request leaves open', () => {
  it('is one core, one GiB, two hours, as soon as possible', () => {
    const { request, messages } = read(container)
    expect(messages).toEqual([])
    expect(request).toMatchObject({
      compute: { cores: { min: 1, max: 1 }, memory: { min: 1, max: 1 }, volumes: [] },
      storage: [],
      data: [],
      durationMs: 7_200_000,
      starts: [],
      executable: { image: { architecture: 'amd64', os: 'linux' }, privileged: false },
    })
  })
  it('is a read-only mount under the name of what is mounted', () => {
    const { request } = read({
      ...container,
      data: [file({ name: 'input' }), file({ uuid: 'u' })],
      ...mounts(volume('input'), volume('u')),
    })
    expect(request?.compute.volumes).toEqual([
      { path: '/volumes/input', mode: 'READONLY', target: { family: 'data', index: 0 } },
      { path: '/volumes/data-1', mode: 'READONLY', target: { family: 'data', index: 1 } },
    ])
  })
  it('is exactly the minimum where there is no maximum, and at most the maximum where there is no minimum', () => {
    const cores = (range: object) =>
      read({ ...container, compute: { kind: KIND.simpleCompute, cores: range } }).request?.compute.cores
    expect(cores({ min: 3 })).toEqual({ min: 3, max: 3 })
    expect(cores({ max: 4 })).toEqual({ min: 1, max: 4 })
  })
  it('is storage of its own for each data resource that names none', () => {
    const { request } = read({
      ...container,
      storage: [space({ name: 'shared' }, { size: { min: 5 } })],
      data: [file({ name: 'a' }), file({ name: 'b' }, { storage: 'shared' }), file({ name: 'c' })],
    })
    expect(request?.storage).toEqual([
      { name: 'shared', size: { min: 5, max: 5 }, implied: false },
      { size: { min: 1, max: 1 }, implied: true },
      { size: { min: 1, max: 1 }, implied: true },
    ])
    expect(request?.data.map(({ storage }) => storage)).toEqual([1, 0, 2])
  })
})

describe('a reference', () => {
  it('is a name or a UUID, without regard to space around it', () => {
    const { request } = read({
      ...container,
      storage: [space({ name: ' disk ', uuid: 'd-1' })],
      data: [file({ uuid: 'f-1' }, { storage: ' disk' })],
      ...mounts(volume('d-1'), volume('f-1 ', { path: '/f' })),
    })
    expect(request?.data[0]?.storage).toBe(0)
    expect(request?.compute.volumes.map(({ target }) => target)).toEqual([
      { family: 'storage', index: 0 },
      { family: 'data', index: 0 },
    ])
  })
  it('may go from the storage to the data instead', () => {
    const { request } = read({
      ...container,
      storage: [space({ name: 'disk' }, { data: ['b', 'a'] })],
      data: [file({ name: 'a' }), file({ name: 'b' }), file({ name: 'c' })],
    })
    expect(request?.data.map(({ storage }) => storage)).toEqual([0, 0, 1])
  })
  it('of a data resource looks at storage only, so both may have one name in different fields', () => {
    const { request } = read({
      ...container,
      storage: [space({ uuid: 'x' })],
      data: [file({ name: 'x' }, { storage: 'x' })],
    })
    expect(request?.data[0]?.storage).toBe(0)
  })

  const two = { storage: [space({ name: 'a' }), space({ name: 'b' })] }
  it.each([
    ['nothing', 'reference-not-found', '/compute/volumes/0/resource', mounts(volume('nowhere'))],
    ['nothing', 'missing-value', '/compute/volumes/0/resource', mounts({ kind: KIND.simpleVolumeMount })],
    ['nothing', 'reference-not-found', '/data/0/storage', { data: [file({}, { storage: 'nowhere' })] }],
    [
      'nothing',
      'reference-not-found',
      '/storage/0/data/1',
      {
        storage: [space({}, { data: ['a', 'nowhere'] })],
        data: [file({ name: 'a' })],
      },
    ],
    [
      'two things',
      'reference-ambiguous',
      '/compute/volumes/0/resource',
      {
        storage: [space({ name: 'a' })],
        data: [file({ uuid: 'a' })],
        ...mounts(volume('a')),
      },
    ],
    [
      'two things',
      'reference-ambiguous',
      '/data/0/storage',
      {
        storage: [space({ name: 'a' }), space({ uuid: 'a' })],
        data: [file({}, { storage: 'a' })],
      },
    ],
    ['itself', 'reference-to-itself', '/data/0/storage', { data: [file({ name: 'a' }, { storage: 'a' })] }],
    ['itself', 'reference-to-itself', '/storage/0/data/0', { storage: [space({ uuid: 'a' }, { data: ['a'] })] }],
    ['itself', 'reference-to-itself', '/compute/volumes/0/resource', mounts(volume('a', { meta: { name: 'a' } }))],
    [
      'another storage than the storage says',
      'storage-conflict',
      '/storage/1/data/0',
      {
        storage: [space({ name: 'a' }), space({ name: 'b' }, { data: ['f'] })],
        data: [file({ name: 'f' }, { storage: 'a' })],
      },
    ],
    ['a name that is used twice', 'duplicate-name', '/data/0/meta/name', { ...two, data: [file({ name: 'b' })] }],
    [
      'a UUID that is used twice',
      'duplicate-name',
      '/data/1/meta/uuid',
      {
        data: [file({ uuid: 'x' }), file({ uuid: 'x' })],
      },
    ],
  ])('to %s is a reason for NO with the place: %s', (_, name, pointer, body) => {
    const { request, messages } = read({ ...container, ...body })
    expect(request).toBeUndefined()
    expect(messages.map((said) => [said.name, said.values.pointer])).toContainEqual([name, pointer])
    expect(messages.find((said) => said.name === name)?.text).toContain(pointer)
  })
})

describe('a notebook where the site has none', () => {
  it.each([
    [undefined, undefined, '/executable/kind'],
    [undefined, 'INTERACTIVE', '/executable/kind'],
    [{ image: 'example.org/jupyter:1' }, 'INTERACTIVE', '/executable/mode'],
  ])('is refused with what the operator sets: %j %s', (notebooks, mode, pointer) => {
    const executable = { kind: KIND.jupyterNotebook, location: 'http://example.org/n.ipynb', ...(mode ? { mode } : {}) }
    const site = notebooks && { notebooks: notebooks as never }
    const { messages } = readRequest({ executable }, NOW, { ...DEFAULTS, ...site })
    const said = messages.filter(({ level }) => level === 'ERROR')
    expect(said.map(({ name, values }) => [name, values.pointer])).toEqual([['notebooks-not-here', pointer]])
    expect(MESSAGES['notebooks-not-here'].advice).toMatch(/`notebooks\.image`.*`notebooks\.server`.*another broker/)
  })
})

describe('a part of the contract that is not done here', () => {
  it.each([
    ['/executable/kind', { executable: { kind: KIND.singularityContainer, location: 'http://example.org/i.sif' } }],
    ['/data/0/kind', { data: [{ kind: KIND.s3Data, endpoint: 'http://example.org', bucket: 'b' }] }],
    ['/data/0/kind', { data: [{ kind: KIND.rucioData, rucio: { scope: 's', object: 'o', type: 'FILE' } }] }],
    ['/data/0/kind', { data: [{ kind: KIND.ivoaData, ivoa: { ivoid: 'ivo://a/b?c' } }] }],
    ['/data/0/kind', { data: [{ kind: KIND.skaoData, skao: { namespace: 'n', objectname: 'o' } }] }],
  ])('is a reason for NO that says what is: %s', (pointer, body) => {
    const { request, messages } = read({ ...container, ...body })
    expect(request).toBeUndefined()
    expect(messages.map(({ name, values }) => [name, values.pointer])).toEqual([['not-supported', pointer]])
    expect(messages[0]?.text).toMatch(/possible is (docker-container|simple-data-resource)/)
  })
  it('does not matter where nothing of it is asked for', () => {
    expect(read({ ...container, data: [file({}, { access: 'READONLY' })] }).request).toBeDefined()
  })
})

describe('data that the program makes', () => {
  const made = file({ name: 'made' }, { access: 'WRITEONLY' })
  const mounted = (mode: object) => ({
    ...container,
    data: [made],
    compute: {
      kind: KIND.simpleCompute,
      volumes: [{ kind: KIND.simpleVolumeMount, resource: 'made', path: '/made', ...mode }],
    },
  })
  it('are mounted so that it can write them', () => {
    const { request } = read(mounted({}))
    expect(request?.data[0]).toMatchObject({ access: 'WRITEONLY' })
    expect(request?.compute.volumes[0]?.mode).toBe('READWRITE')
  })
  it('are a reason for NO where it could not', () => {
    const { request, messages } = read(mounted({ mode: 'READONLY' }))
    expect(request).toBeUndefined()
    expect(messages[0]?.values.pointer).toBe('/compute/volumes/0/mode')
  })
})

describe('accelerators', () => {
  const readAccelerators = (accelerators: object) =>
    read({ ...container, compute: { kind: KIND.simpleCompute, accelerators } })
  it.each([
    [{}, undefined],
    [{ min: 0 }, undefined],
    [{ min: 2 }, { min: 2, max: 2 }],
    [{ max: 2 }, { min: 0, max: 2 }],
    [{ type: ' nvidia-a100 ' }, { min: 1, max: 1, type: 'nvidia-a100' }],
  ])('are read with their defaults: %o', (written, meant) => {
    expect(readAccelerators(written).request?.compute.accelerators).toEqual(meant)
  })
  it('have a maximum that is not below the minimum', () => {
    const { request, messages } = readAccelerators({ min: 3, max: 2 })
    expect(request).toBeUndefined()
    expect(messages).toMatchObject([{ name: 'minimum-above-maximum', values: { pointer: '/compute/accelerators' } }])
  })
})

describe('a field that a data resource needs', () => {
  it.each([
    [['/data/0/location'], { kind: KIND.simpleData, location: '  ' }],
    [['/data/0/endpoint', '/data/0/bucket'], { kind: KIND.s3Data, object: 'o' }],
    [['/data/0/rucio/scope', '/data/0/rucio/object'], { kind: KIND.rucioData }],
    [['/data/0/ivoa/ivoid'], { kind: KIND.ivoaData, ivoa: { obscore: { obs_id: 'x' } } }],
    [['/data/0/skao/namespace', '/data/0/skao/objectname'], { kind: KIND.skaoData, skao: {} }],
  ])('is named when it is missing: %s', (pointers, data) => {
    const { messages } = read({ ...container, data: [data] })
    const missing = messages.filter(({ name }) => name === 'missing-value')
    expect(missing.map(({ values }) => values.pointer)).toEqual(pointers)
  })
  it.each([[KIND.jupyterNotebook], [KIND.singularityContainer]])('and so is that of an executable: %s', (kind) => {
    const { messages } = read({ executable: { kind } })
    expect(messages.map(({ values }) => values.pointer)).toEqual(['/executable/location', '/executable/kind'])
  })
})

describe('what only the broker writes', () => {
  it('is left out without a word, so that an answer can be sent back as a request', () => {
    const { request, messages } = read({
      executable: {
        ...container.executable,
        meta: { name: 'x', url: 'http://example.org/', created: 'long ago', messages: [{}], options: [7] },
        phase: 'NOWHERE',
        schedule: { preparing: 3 },
        exitCode: 'none',
      },
    })
    expect(messages).toEqual([])
    expect(request?.executable.name).toBe('x')
  })
})

describe('more parts than can be numbered', () => {
  it.each(['/storage', '/data', '/compute/volumes'])('are refused: %s', (pointer) => {
    const many = <Part>(part: Part) => Array.from({ length: 2000 }, () => part)
    const bodies: Record<string, object> = {
      '/storage': { storage: many(space({})) },
      '/data': { data: many(file({})) },
      '/compute/volumes': mounts(...many(volume('a'))),
    }
    expect(() => read({ ...container, ...bodies[pointer] })).toThrow(
      expect.objectContaining({ faults: [{ pointer, detail: 'must NOT have more than 1000 items' }] }) as Error,
    )
  })
})

it.each([101, 1_000])('a list of %i starts is refused, and 100 are read', (count) => {
  const starting = (most: number) =>
    read({
      ...container,
      schedule: { requested: { start: Array.from({ length: most }, () => '2026-12-12T00:00:00Z') } },
    })
  expect(starting(100).request?.starts).toHaveLength(100)
  const fault = { pointer: '/schedule/requested/start', detail: 'must NOT have more than 100 items' }
  expect(() => starting(count)).toThrow(expect.objectContaining({ faults: [fault] }) as Error)
})

describe('limits on costs and metrics', () => {
  const limit = { kind: KIND.simpleCost, type: 'urn:x', max: 1 }
  const limits = (count: number) => ({ costs: Array.from({ length: count }, () => limit) })
  const metric = { kind: KIND.simpleMetric, type: 'urn:x', min: 1 }

  it('are read up to 100 of a request and all its parts', () => {
    const { request, messages } = read({ ...container, ...limits(60), storage: [space({}, limits(40))] })
    expect([messages, request?.limits?.length]).toEqual([[], 100])
    const nothing = { kind: KIND.simpleCost, type: 'urn:x' }
    const idle = read({ ...container, ...limits(99), storage: [space({}, { costs: [nothing, nothing, limit] })] })
    expect([idle.messages, idle.request?.limits?.length]).toEqual([[], 100])
  })

  it.each([
    ['one more', { ...limits(100), metrics: [metric] }, 101, '/metrics/0'],
    ['many of one part', { ...limits(60), storage: [space({}, limits(41))] }, 101, '/storage/0/costs/40'],
    [
      'many of every part',
      { storage: Array.from({ length: 20 }, () => space({}, limits(100))) },
      2000,
      '/storage/1/costs/0',
    ],
  ])('are refused beyond that: %s', (_, body, count, pointer) => {
    const { request, messages } = read({ ...container, ...body })
    expect(request).toBeUndefined()
    expect(messages).toMatchObject([{ name: 'too-many-limits', values: { count, pointer, most: 100 } }])
  })
})

it('no more messages are said than anybody reads, and how many more there would be', () => {
  const { messages, request } = read({
    ...container,
    data: Array.from({ length: 150 }, () => ({ kind: KIND.simpleData })),
  })
  expect(request).toBeUndefined()
  expect([messages.length, messages.at(-1)]).toMatchObject([101, { name: 'messages-more', values: { count: 50 } }])
})

it('an empty text says nothing of when it shall start and how long it may run', () => {
  const { messages, request } = read({ ...container, schedule: { requested: { start: ' ', duration: '' } } })
  expect([messages, request?.starts, request?.durationMs]).toEqual([[], [], read(container).request?.durationMs])
})

describe('mounts that lie in each other', () => {
  it('are told of once each, whichever was first', () => {
    const paths = ['/a/b', '/c', '/a/b/c', '/a', '/c//', '/ab', '/a/bc', '/d/', '/d/e/f/../g']
    const { messages } = read({
      ...container,
      data: [file({ name: 'input' })],
      ...mounts(...paths.map((path) => volume('input', { path }))),
    })
    const clashes = messages.filter(({ name }) => name === 'duplicate-path').map(({ values }) => values.pointer)
    expect(clashes).toEqual([2, 3, 4, 6, 8].map((index) => `/compute/volumes/${index}/path`))
  })
})

describe('a request that is right by the published schema', () => {
  const serving = (...ports: object[]) => ({ executable: { ...container.executable, network: { ports } } })
  const port = (more: object) => ({ internal: { port: 8080 }, ...more })
  const portOf = (more: object) => read(serving(port(more))).request?.executable.ports[0]

  it.each([
    [{ access: true }, { internalPort: 8080, protocol: 'TCP' }],
    [{ access: false }, { internalPort: 8080, protocol: 'TCP', access: false }],
    [{ access: 'desktop' }, { internalPort: 8080, protocol: 'TCP', purpose: 'desktop' }],
    [{ access: 'False' }, { internalPort: 8080, protocol: 'TCP', access: false }],
    [{ protocol: 'tcp' }, { internalPort: 8080, protocol: 'TCP' }],
    [{ protocol: ' Https ' }, { internalPort: 8080, protocol: 'HTTPS' }],
    [{ protocol: '' }, { internalPort: 8080, protocol: 'TCP' }],
  ])('is understood: a port with %j', (more, expected) => {
    expect(portOf(more)).toEqual(expected)
  })

  const digest = `sha256:${'ab'.repeat(32)}`
  const mounted = (path: string) => ({
    ...container,
    storage: [space({ name: 'st' })],
    compute: { kind: KIND.simpleCompute, volumes: [{ kind: KIND.simpleVolumeMount, resource: 'st', path }] },
  })
  it.each(['/etc/tool', '/etcetera', '/data/etc/passwd', `/${'a'.repeat(255)}`, `/${'é'.repeat(127)}`])(
    'is understood: a volume at %s',
    (path) => {
      expect(read(mounted(path)).request?.compute.volumes[0]?.path).toBe(path)
    },
  )
  it('is understood: a digest in capitals', () => {
    const image = { locations: ['example.org/a'], digest: digest.toUpperCase() }
    expect(read({ executable: { ...container.executable, image } }).request?.executable.image.digest).toBe(digest)
  })

  it.each([
    ['/executable/network/ports/0/protocol', serving(port({ protocol: 'FTP' }))],
    ['/executable/network/ports/0/internal/port', serving({ internal: { port: -1 } })],
    ['/executable/network/ports/0/internal/port', serving({ internal: { port: 65_536 } })],
    ['/executable/network/ports/0/external', serving(port({ external: { port: -4 } }))],
    [
      '/executable/image/digest',
      { executable: { ...container.executable, image: { locations: ['a'], digest: 'abc' } } },
    ],
    ...['ghcr.io/Org/App:1', 'docker://busybox:1', 'busybox:', 'a b'].map((location): [string, object] => [
      '/executable/image/locations/1',
      { executable: { ...container.executable, image: { locations: ['busybox', location] } } },
    ]),
    [
      '/executable/image/locations/0',
      { executable: { ...container.executable, image: { locations: [`a@sha256:${'0'.repeat(64)}`], digest } } },
    ],
    ...['/etc', '/etc/passwd', '/etc//hosts/', '/etc/resolv.conf/x', '/.dockerenv'].map((path): [string, object] => [
      '/compute/volumes/0/path',
      mounted(path),
    ]),
    ['/compute/volumes/0/path', mounted(`/${'a'.repeat(256)}`)],
    ['/compute/volumes/0/path', mounted(`/data/${'é'.repeat(128)}/x`)],
    ['/compute/volumes/0/path', mounted(`/${'画/'.repeat(1_000)}`)],
    ['/compute/cores/min', { ...container, compute: { kind: KIND.simpleCompute, cores: { min: -1 } } }],
    ['/compute/memory/max', { ...container, compute: { kind: KIND.simpleCompute, memory: { max: 2 ** 62 } } }],
    ['/storage/0/size/min', { ...container, storage: [space({}, { size: { min: -3, max: 4 } })] }],
  ])('is answered NO with the place of the fault: %s', (pointer, body) => {
    const { request, messages } = read(body)
    expect(request).toBeUndefined()
    expect(messages.filter(({ level }) => level === 'ERROR').map(({ values }) => values.pointer)).toContain(pointer)
  })
})

describe('a value that is written as another type', () => {
  const compute = (more: object) => ({ ...container, compute: { kind: KIND.simpleCompute, ...more } })
  const told = (body: object) => {
    const { request, messages } = read(body)
    return { request, read: messages.map(({ name, level, values }) => [name, level, values.pointer, values.readAs]) }
  }

  it.each<[string, object, string, string]>([
    ['a number in quotes', compute({ cores: { min: '2' } }), '/compute/cores/min', '2'],
    ['a number with a sign and spaces', compute({ memory: { min: ' +4 ' } }), '/compute/memory/min', '4'],
    ['a whole number with a point', compute({ cores: { min: '2.0' } }), '/compute/cores/min', '2'],
    ['a word in small letters', mounts(volume('a', { mode: 'readwrite' })), '/compute/volumes/0/mode', '"READWRITE"'],
    [
      'a number where there is a text',
      { executable: { ...container.executable, environment: { THREADS: 4 } } },
      '/executable/environment/THREADS',
      '"4"',
    ],
    [
      'a number as an argument',
      { executable: { ...container.executable, command: ['sleep', 5] } },
      '/executable/command/1',
      '"5"',
    ],
    [
      'a flag in quotes',
      { executable: { ...container.executable, privileged: 'False' } },
      '/executable/privileged',
      'false',
    ],
    [
      'a flag where there is a text',
      {
        ...container,
        data: [{ kind: KIND.ivoaData, ivoa: { ivoid: 'ivo://a/b', datalink: { link_authorized: true } } }],
      },
      '/data/0/ivoa/datalink/link_authorized',
      '"true"',
    ],
    [
      'a limit in quotes',
      { ...container, costs: [{ kind: KIND.simpleCost, type: 'urn:a', max: '1e1' }] },
      '/costs/0/max',
      '10',
    ],
  ])('is read as what it means, with a warning: %s', (_, body, pointer, readAs) => {
    expect(told({ ...container, ...body }).read).toContainEqual(['value-read-as', 'WARN', pointer, readAs])
  })
  it('is taken as it was meant', () => {
    expect(told(compute({ cores: { min: '2', max: 3 } })).request?.compute.cores).toEqual({ min: 2, max: 3 })
  })
  it.each(['two', '1e1', '0x10', '1,5', '', '12345678901234567890', true, [1]])(
    'is refused where it means no whole number: %j',
    (min) => {
      expect(() => read(compute({ cores: { min } }))).toThrow(
        expect.objectContaining({ faults: [expect.objectContaining({ pointer: '/compute/cores/min' })] }) as Error,
      )
    },
  )
})
