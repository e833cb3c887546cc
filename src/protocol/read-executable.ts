/** Reads what shall be run. Every kind of executable is part of the contract; containers are what there is to run them with. */
import type { DockerContainer, Executable, JupyterNotebook } from '../domain/execution-request.ts'
import { notebookOf, servedNotebookOf, type NotebookSite } from '../domain/notebook.ts'
import type { Schemas } from './contract.ts'
import { KIND, shortKind } from './kinds.ts'
import { readArguments, readEnvironment } from './read-environment.ts'
import { readMeta, textOf } from './read-meta.ts'
import type { RequestNotes } from './request-notes.ts'

/** Reads an executable; undefined for one that cannot be run here, which is noted. */
export function readExecutable(
  wire: Schemas['Executable'],
  notebooks: NotebookSite | undefined,
  notes: RequestNotes,
): Executable | undefined {
  if (wire.kind === KIND.dockerContainer) return readContainer(wire, notes)
  if (wire.kind === KIND.jupyterNotebook && notebooks) return readNotebook(wire, notebooks, notes)
  if (!textOf(wire.location)) notes.missing('/executable/location', 'where it is')
  const possible = [KIND.dockerContainer, ...(notebooks ? [KIND.jupyterNotebook] : [])].map(shortKind).join(', ')
  const why = wire.kind === KIND.jupyterNotebook ? 'the site has configured no image for it' : 'it is not run here yet'
  notes.notSupported('/executable/kind', `${shortKind(wire.kind)}: ${why}; possible is ${possible}`)
  return undefined
}

function readNotebook(
  wire: Schemas['JupyterNotebook'],
  site: NotebookSite,
  notes: RequestNotes,
): JupyterNotebook | undefined {
  const pointer = '/executable/location'
  const location = textOf(wire.location)
  if (location === undefined) notes.missing(pointer, 'the URL of the notebook')
  else if (!URL.canParse(location)) notes.invalid(pointer, location, 'it is not a URL')
  else if (wire.mode !== 'INTERACTIVE') return { ...notebookOf(location, site), ...readMeta(wire.meta) }
  else if (site.server) return { ...servedNotebookOf(location, site, site.server), ...readMeta(wire.meta) }
  if (wire.mode === 'INTERACTIVE' && !site.server)
    notes.notSupported('/executable/mode', 'the site has configured no server for notebooks; possible is BATCH')
  return undefined
}

function readContainer(wire: Schemas['DockerContainer'], notes: RequestNotes): DockerContainer {
  const locations = (wire.image?.locations ?? []).map((location) => location.trim()).filter((text) => text !== '')
  if (locations.length === 0) notes.missing('/executable/image/locations', 'at least one image reference')
  const entrypoint = wire.entrypoint?.trim()
  const command = readArguments(wire.command ?? [], notes)
  if (entrypoint === '' && command.length === 0)
    notes.missing('/executable/command', "a program (the entrypoint '' takes away that of the image)")
  const { name, description } = readMeta(wire.meta)
  return {
    type: 'docker-container',
    name,
    description,
    image: {
      locations,
      ...(wire.image?.digest ? { digest: wire.image.digest } : {}),
      architecture: wire.image?.platform?.architecture ?? 'amd64',
      os: wire.image?.platform?.os ?? 'linux',
    },
    ...(entrypoint === undefined ? {} : { entrypoint }),
    command,
    environment: readEnvironment(wire.environment ?? {}, notes),
    privileged: wire.privileged ?? false,
    ports: (wire.network?.ports ?? []).map((port, index) => readPort(port, index, notes)),
  }
}

function readPort(
  wire: Schemas['ContainerPort'],
  index: number,
  notes: RequestNotes,
): DockerContainer['ports'][number] {
  const pointer = `/executable/network/ports/${index}`
  if (wire.internal?.port === undefined) notes.missing(`${pointer}/internal/port`, 'a port number')
  if (wire.external)
    notes.invalid(`${pointer}/external`, wire.external, 'the broker chooses where the port is published')
  return {
    internalPort: wire.internal?.port ?? 0,
    protocol: wire.protocol ?? 'TCP',
    ...(wire.access ? { access: wire.access } : {}),
    ...(wire.path ? { path: wire.path } : {}),
  }
}
