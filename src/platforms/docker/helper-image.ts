/**
 * The image of the containers that are never started and through which files get into volumes. It has one empty
 * directory and is loaded from here, so that no registry is needed.
 *
 * Its id is the digest of bytes that are made here, so an engine cannot have another image under it: labels and names,
 * which any image may carry, are never looked at.
 */
import { createHash } from 'node:crypto'
import { BrokerError } from '../../domain/errors.ts'
import { remembering } from '../../domain/remembering.ts'
import { archiveOf, filesArchive } from './archive.ts'
import type { EngineClient } from './engine-client.ts'
import { imageDetails } from './answer-shapes.ts'

/** The name keeps it from being pruned as a nameless image, and tells the operator what it is. */
export const HELPER_NAME = 'localhost/execution-broker-helper:2'

/** Where volumes are mounted in containers of the helper image. */
export const VOLUMES_DIRECTORY = '/volumes'

const LONG_AGO = new Date(0)
const ARCHITECTURES_REMEMBERED = 8

interface HelperImage {
  /** Ids of the image at engines: most take that of its configuration, Docker with the store of containerd that of its manifest. */
  readonly ids: readonly string[]
  /** An archive of an OCI layout that Docker before version 25 can read as well. */
  readonly archive: Buffer
}

/** The id of the helper image; it is loaded when the engine does not have it (any more). */
export async function helperImage(client: EngineClient, architecture: string): Promise<string> {
  const helper = await helperFor(architecture)
  const found = await find(client, helper)
  if (found !== undefined) return found
  await client.ask({ method: 'POST', path: '/images/load', archive: helper.archive, doing: 'loading the helper image' })
  const loaded = await find(client, helper)
  if (loaded !== undefined) return loaded
  throw new BrokerError('PLATFORM_REFUSED', 'the container engine has not kept the helper image as it was given to it')
}

/** True if a container was made from the helper image, by the id of its image. */
export async function isOfHelper(imageId: string, architecture: string): Promise<boolean> {
  return (await helperFor(architecture)).ids.includes(imageId)
}

async function find(client: EngineClient, { ids }: HelperImage): Promise<string | undefined> {
  for (const id of ids) {
    const question = { path: `/images/${id}/json`, doing: 'looking for the helper image', answers: [404] }
    const { status, body } = await client.ask(question, imageDetails)
    if (status === 200 && ids.includes(body.Id)) return body.Id
  }
  return undefined
}

const helperFor = remembering(ARCHITECTURES_REMEMBERED, build)

/** https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md */
async function build(architecture: string): Promise<HelperImage> {
  const directory = { name: VOLUMES_DIRECTORY.slice(1), type: 'directory', mode: 0o755, mtime: LONG_AGO } as const
  const layer = await archiveOf([directory])
  const config = json({
    architecture,
    os: 'linux',
    created: LONG_AGO.toISOString(),
    config: {},
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    history: [{ created: LONG_AGO.toISOString(), created_by: 'execution-broker' }],
  })
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: [descriptor('application/vnd.oci.image.layer.v1.tar', layer)],
  })
  const annotations = {
    'io.containerd.image.name': HELPER_NAME,
    'org.opencontainers.image.ref.name': HELPER_NAME,
  }
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest), annotations }],
  }
  const archive = await filesArchive({
    'oci-layout': json({ imageLayoutVersion: '1.0.0' }),
    'index.json': json(index),
    'manifest.json': json([{ Config: blob(config), RepoTags: [HELPER_NAME], Layers: [blob(layer)] }]),
    [blob(layer)]: layer,
    [blob(config)]: config,
    [blob(manifest)]: manifest,
  })
  return { ids: [digestOf(config), digestOf(manifest)], archive }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const blob = (bytes: Buffer): string => `blobs/${digestOf(bytes).replace(':', '/')}`
const descriptor = (mediaType: string, bytes: Buffer): object => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
})
