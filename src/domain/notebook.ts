/**
 * A notebook as a request for a container: the notebook is one more data resource, and what becomes of it is written to
 * where a result is saved from. Pure.
 */
import type {
  DataRequest,
  ExecutionRequest,
  JupyterNotebook,
  StorageRequest,
  VolumeMount,
} from './execution-request.ts'
import { fileName } from './file-name.ts'

/** What a site runs notebooks with. */
export interface NotebookSite {
  /** The reference of an image. */
  readonly image: string
  /** What runs a notebook from its first cell to its last: `{input}` and `{output}` are the files. */
  readonly command: readonly string[]
}

/** Where the notebook is in the container, and where the executed one is saved from. No other volume is there. */
export const NOTEBOOK_PATHS = { input: '/notebook', output: '/executed' } as const
/** Where an executed notebook goes that is not saved: any user may write there. */
const UNSAVED = '/tmp/executed.ipynb'

/** The notebook as an executable; its command is not complete before `withNotebook`. */
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

/**
 * The request with its notebook in a volume, and with the place of the executed one. Data that are the notebook already,
 * as in an answer that is sent back as a request, are taken for it.
 */
export function withNotebook(request: ExecutionRequest, notebook: JupyterNotebook): ExecutionRequest {
  const there = request.data.findIndex((data) => isNotebook(data, notebook))
  const storage: readonly StorageRequest[] =
    there < 0 ? [...request.storage, { size: { min: 1, max: 1 }, implied: true }] : request.storage
  const added: DataRequest = {
    type: 'simple-data-resource',
    location: notebook.location,
    storage: request.storage.length,
  }
  const data = there < 0 ? [...request.data, added] : request.data
  const result = resultOf(data)
  const volumes = [
    mount(NOTEBOOK_PATHS.input, there < 0 ? request.data.length : there, 'READONLY'),
    ...(result ? [mount(NOTEBOOK_PATHS.output, result.index, 'READWRITE')] : []),
  ].filter(({ path }) => !request.compute.volumes.some((other) => other.path === path))
  const output = result ? `${NOTEBOOK_PATHS.output}/${result.name}` : UNSAVED
  const command = notebook.command.map((argument) =>
    // A function, because a name may have what means something in a replacement.
    argument.replaceAll('{input}', () => `${NOTEBOOK_PATHS.input}/content`).replaceAll('{output}', () => output),
  )
  return {
    ...request,
    executable: { ...notebook, command },
    compute: { ...request.compute, volumes: [...request.compute.volumes, ...volumes] },
    storage,
    data,
  }
}

/** Where the executed notebook is saved: the first result whose name is that of a notebook; undefined for nowhere. */
export function resultOf(data: readonly DataRequest[]): { readonly index: number; readonly name: string } | undefined {
  for (const [index, { access, location }] of data.entries()) {
    const name = access === 'WRITEONLY' && URL.canParse(location) ? fileName(new URL(location)) : ''
    if (name.endsWith('.ipynb')) return { index, name }
  }
  return undefined
}

/** The field of a request that says where data are: for those of a notebook, that of the executable. */
export function locationPointer({ executable, data }: ExecutionRequest, index: number): string {
  const one = data[index]
  const isOfNotebook = executable.type === 'jupyter-notebook' && one !== undefined && isNotebook(one, executable)
  return isOfNotebook ? '/executable/location' : `/data/${index}/location`
}

function isNotebook({ location, access = 'READONLY' }: DataRequest, notebook: JupyterNotebook): boolean {
  return location === notebook.location && access === 'READONLY'
}

const mount = (path: string, index: number, mode: VolumeMount['mode']): VolumeMount => ({
  path,
  mode,
  target: { family: 'data', index },
})
