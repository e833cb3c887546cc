/**
 * A notebook as a request for a container: the notebook is one more data resource, and what becomes of it is written to
 * where a result is saved from. One that is served is there itself, so that its user changes what is saved. Pure.
 */
import {
  isInteractive,
  isSaved,
  type DataRequest,
  type ExecutionRequest,
  type JupyterNotebook,
  type StorageRequest,
  type VolumeMount,
} from './execution-request.ts'
import { fileName } from './file-name.ts'

/** What a site runs notebooks with. */
export interface NotebookSite {
  /** The reference of an image. */
  readonly image: string
  /** What runs a notebook from its first cell to its last: `{input}` and `{output}` are the files. */
  readonly command: readonly string[]
  /** What serves notebooks; undefined where none is served. */
  readonly server?: NotebookServer
}

export interface NotebookServer {
  /** `{port}` is the port. */
  readonly command: readonly string[]
  /** In the container. */
  readonly port: number
}

/** Where the user of a notebook works in it. */
export interface Workplace {
  /** Which data have the volume. */
  readonly index: number
  /** The name of the file in it. */
  readonly name: string
  /** Which data the notebook is: others, when it is saved to another URL than its own. */
  readonly notebook: number
}

/** Where the notebook is in the container, and where the executed one is saved from. No other volume is there. */
export const NOTEBOOK_PATHS = { input: '/notebook', output: '/executed' } as const
/** Where an executed notebook goes that is not saved: any user may write there. */
const UNSAVED = '/tmp/executed.ipynb'

/** The notebook as an executable, to be run; its command is not complete before `withNotebook`. */
export function notebookOf(location: string, { image, command }: NotebookSite): JupyterNotebook {
  return {
    type: 'jupyter-notebook',
    location,
    image: { locations: [image], architecture: 'amd64', os: 'linux' },
    command,
    environment: {},
    privileged: false,
    ports: [],
  }
}

/** The notebook as an executable, to be served; where its port leads to is not complete before `withNotebook`. */
export function servedNotebookOf(location: string, site: NotebookSite, server: NotebookServer): JupyterNotebook {
  return {
    ...notebookOf(location, site),
    mode: 'INTERACTIVE',
    command: server.command.map((argument) => argument.replaceAll('{port}', String(server.port))),
    ports: [{ purpose: 'notebook', internalPort: server.port, protocol: 'HTTP' }],
  }
}

/**
 * The request with its notebook in a volume, and with the place of what becomes of it. Data that are the notebook already,
 * as in an answer that is sent back as a request, are taken for it.
 */
export function withNotebook(request: ExecutionRequest, notebook: JupyterNotebook): ExecutionRequest {
  const isThere = request.data.some((data) => isNotebook(data, notebook))
  const storage: readonly StorageRequest[] = isThere
    ? request.storage
    : [...request.storage, { size: { min: 1, max: 1 }, implied: true }]
  const added: DataRequest = {
    type: 'simple-data-resource',
    location: notebook.location,
    storage: request.storage.length,
  }
  const complete = {
    ...request,
    executable: notebook,
    storage,
    data: isThere ? request.data : [...request.data, added],
  }
  const { volumes } = request.compute
  const mounts = notebookMounts(complete).filter(({ path }) => !volumes.some((other) => other.path === path))
  return {
    ...complete,
    executable: withPlaces(notebook, complete),
    compute: { ...request.compute, volumes: [...volumes, ...mounts] },
  }
}

/** What is mounted for the notebook of a request, and nothing else where that is. */
export function notebookMounts(request: Pick<ExecutionRequest, 'executable' | 'data'>): VolumeMount[] {
  const workplace = workplaceOf(request)
  if (workplace) return [mount(NOTEBOOK_PATHS.input, workplace.index, 'READWRITE')]
  const result = resultOf(request.data)
  return [
    mount(NOTEBOOK_PATHS.input, notebookIn(request), 'READONLY'),
    ...(result ? [mount(NOTEBOOK_PATHS.output, result.index, 'READWRITE')] : []),
  ]
}

/** The notebook with the files in its command, or with the page of its server. */
function withPlaces(
  notebook: JupyterNotebook,
  request: Pick<ExecutionRequest, 'executable' | 'data'>,
): JupyterNotebook {
  const workplace = workplaceOf(request)
  if (workplace) {
    const path = `/lab/tree/${encodeURIComponent(workplace.name)}`
    return { ...notebook, ports: notebook.ports.map((port) => ({ ...port, path })) }
  }
  const result = resultOf(request.data)
  const output = result ? `${NOTEBOOK_PATHS.output}/${result.name}` : UNSAVED
  const command = notebook.command.map((argument) =>
    // A function, because a name may have what means something in a replacement.
    argument.replaceAll('{input}', () => `${NOTEBOOK_PATHS.input}/content`).replaceAll('{output}', () => output),
  )
  return { ...notebook, command }
}

/** Where the user works: in what is saved to a URL of its own, or else in the notebook itself; undefined where nobody does. */
export function workplaceOf(request: Pick<ExecutionRequest, 'executable' | 'data'>): Workplace | undefined {
  const { executable, data } = request
  if (executable.type !== 'jupyter-notebook' || !isInteractive(executable)) return undefined
  const notebook = notebookIn(request)
  return { index: notebook, name: nameOf(executable.location), ...resultOf(data), notebook }
}

/** Whether what becomes of the notebook of a request is saved anywhere. */
export function isNotebookSaved(request: Pick<ExecutionRequest, 'executable' | 'data'>): boolean {
  const index = workplaceOf(request)?.index ?? resultOf(request.data)?.index ?? -1
  const data = request.data[index]
  return data !== undefined && isSaved(data)
}

/** Where a notebook is saved that has another URL: the first result whose name is that of a notebook; undefined for nowhere. */
function resultOf(data: readonly DataRequest[]): { readonly index: number; readonly name: string } | undefined {
  for (const [index, { access, location }] of data.entries()) {
    const name = access === 'WRITEONLY' ? nameOf(location) : ''
    if (name.endsWith('.ipynb')) return { index, name }
  }
  return undefined
}

/** The field of a request that says where data are: for those of a notebook, that of the executable. */
export function locationPointer(request: ExecutionRequest, index: number): string {
  return index === notebookIn(request) ? '/executable/location' : `/data/${index}/location`
}

/** Which data are the notebook; -1 for none. */
function notebookIn({ executable, data }: Pick<ExecutionRequest, 'executable' | 'data'>): number {
  return executable.type === 'jupyter-notebook' ? data.findIndex((one) => isNotebook(one, executable)) : -1
}

/** Data that the user changes are the notebook too, where it is the user's to change. */
function isNotebook({ location, access = 'READONLY' }: DataRequest, notebook: JupyterNotebook): boolean {
  const isPossible = access === 'READONLY' || (access === 'READWRITE' && isInteractive(notebook))
  return isPossible && location === notebook.location
}

const nameOf = (location: string): string => (URL.canParse(location) ? fileName(new URL(location)) : '')

const mount = (path: string, index: number, mode: VolumeMount['mode']): VolumeMount => ({
  path,
  mode,
  target: { family: 'data', index },
})
