/** Reads what shall be run. Every kind of executable is part of the contract; containers are what there is to run them with. */
import {
  PORT_PROTOCOLS,
  type DockerContainer,
  type Executable,
  type JupyterNotebook,
  type PortProtocol,
} from '../domain/execution-request.ts'
import { isDigest, parseReference, referenceFault } from '../domain/image-reference.ts'
import { message } from '../domain/message.ts'
import { notebookOf, servedNotebookOf, type NotebookSite } from '../domain/notebook.ts'
import type { Schemas } from './contract.ts'
import { KIND, shortKind } from './kinds.ts'
import { readArguments, readEnvironment } from './read-environment.ts'
import { readMeta, textOf } from './read-meta.ts'
import type { RequestNotes } from './request-notes.ts'

const PORT_MAX = 65_535

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
  const pointer = '/executable/kind'
  if (wire.kind === KIND.jupyterNotebook)
    notes.noNotebooks(
      pointer,
      `${shortKind(wire.kind)}: the site has configured no image for it; possible is ${possible}`,
    )
  else notes.notSupported(pointer, `${shortKind(wire.kind)}: it is not run here yet; possible is ${possible}`)
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
  else if (!URL.canParse(location))
    notes.invalid(pointer, location, 'it is not a whole URL, such as https://data.example.org/analysis.ipynb')
  else if (wire.mode !== 'INTERACTIVE') return { ...notebookOf(location, site), ...readMeta(wire.meta) }
  else if (site.server) return { ...servedNotebookOf(location, site, site.server), ...readMeta(wire.meta) }
  if (wire.mode === 'INTERACTIVE' && !site.server)
    notes.noNotebooks('/executable/mode', 'the site has configured no server for notebooks; possible is BATCH')
  return undefined
}

function readContainer(wire: Schemas['DockerContainer'], notes: RequestNotes): DockerContainer {
  const locations = (wire.image?.locations ?? []).map((location) => location.trim()).filter((text) => text !== '')
  if (locations.length === 0) notes.missing('/executable/image/locations', 'at least one image reference')
  locations.forEach((location, index) => {
    const fault = referenceFault(location)
    if (fault !== undefined) notes.invalid(`/executable/image/locations/${index}`, location, fault)
  })
  const entrypoint = wire.entrypoint?.trim()
  const command = readArguments(wire.command ?? [], notes)
  if (entrypoint === '' && command.length === 0)
    notes.missing('/executable/command', "a program (the entrypoint '' takes away that of the image)")
  noteOfShellLine(entrypoint, command, notes)
  const digest = readDigest(wire.image?.digest, notes)
  locations.forEach((location, index) => {
    const other = parseReference(location)?.digest
    if (digest !== undefined && other !== undefined && other !== digest)
      notes.invalid(`/executable/image/locations/${index}`, location, `\`image.digest\` is another one, ${digest}`)
  })
  const { name, description } = readMeta(wire.meta)
  return {
    type: 'docker-container',
    name,
    description,
    image: {
      locations,
      ...(digest === undefined ? {} : { digest }),
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

/** A program with its arguments in one text, as shells take it, is a program of that very name to an engine. */
function noteOfShellLine(entrypoint: string | undefined, command: readonly string[], notes: RequestNotes): void {
  const [first = '', ...rest] = command
  const [pointer, text] = entrypoint ? ['/executable/entrypoint', entrypoint] : ['/executable/command/0', first]
  const [program = '', ...words] = text.split(/\s+/)
  if (words.length === 0 || program === '' || (!entrypoint && rest.length > 0)) return
  const list = JSON.stringify(entrypoint ? [...words, ...command] : [program, ...words])
  const written = entrypoint ? `entrypoint: ${program} and command: ${list}` : `command: ${list}`
  notes.say(message('shell-line', notes.now, { pointer, text, written }))
}

function readDigest(wire: string | undefined, notes: RequestNotes): string | undefined {
  const digest = textOf(wire)?.toLowerCase()
  if (digest !== undefined && !isDigest(digest))
    notes.invalid('/executable/image/digest', wire, 'a digest is `sha256:` and 64 hexadecimal digits')
  return digest
}

function readPort(
  wire: Schemas['ContainerPort'],
  index: number,
  notes: RequestNotes,
): DockerContainer['ports'][number] {
  const pointer = `/executable/network/ports/${index}`
  const internalPort = wire.internal?.port
  if (internalPort === undefined) notes.missing(`${pointer}/internal/port`, 'a port number')
  else if (internalPort < 1 || internalPort > PORT_MAX)
    notes.invalid(`${pointer}/internal/port`, internalPort, `a port is a number from 1 to ${PORT_MAX}, such as 8080`)
  if (wire.external)
    notes.invalid(`${pointer}/external`, wire.external, 'the broker chooses where the port is published')
  return {
    internalPort: internalPort ?? 0,
    protocol: readProtocol(wire.protocol, pointer, notes),
    ...(wire.access === false ? { access: false } : {}),
    ...(wire.purpose ? { purpose: wire.purpose } : {}),
    ...(wire.path ? { path: wire.path } : {}),
  }
}

function readProtocol(wire: string | undefined, pointer: string, notes: RequestNotes): PortProtocol {
  const word = textOf(wire)?.toUpperCase() ?? 'TCP'
  const protocol = PORT_PROTOCOLS.find((known) => known === word)
  if (!protocol) notes.invalid(`${pointer}/protocol`, wire, `possible is ${PORT_PROTOCOLS.join(', ')}`)
  return protocol ?? 'TCP'
}
