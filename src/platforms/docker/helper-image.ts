/**
 * The image of the containers that are never started and through which files get into volumes. It has one empty
 * directory and is made on the spot, so that no registry is needed.
 */
import { archiveOf } from './archive.ts'
import type { EngineClient } from './engine-client.ts'

/** The number changes whenever what is in the image changes. */
const LABEL = 'execution-broker.helper=1'
const REPOSITORY = 'localhost/execution-broker-helper'

/** Where volumes are mounted in containers of the helper image. */
export const VOLUMES_DIRECTORY = '/volumes'

/** The id of the helper image; it is made when the engine does not have it (any more). */
export async function helperImage(client: EngineClient): Promise<string> {
  const doing = 'looking for the helper image'
  const query = { filters: JSON.stringify({ label: [LABEL] }) }
  const { body: images } = await client.ask<{ Id: string }[]>({ path: '/images/json', query, doing })
  return images[0]?.Id ?? importHelper(client)
}

async function importHelper(client: EngineClient): Promise<string> {
  const doing = 'making the helper image'
  const archive = await archiveOf([{ name: VOLUMES_DIRECTORY.slice(1), type: 'directory', mode: 0o755 }])
  const { body } = await client.ask<{ status: string }>({
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', changes: `LABEL ${LABEL}` },
    archive,
    doing,
  })
  const id = body.status.trim()
  // The name keeps it from being pruned as a nameless image, and tells the operator what it is.
  await client.ask({ method: 'POST', path: `/images/${id}/tag`, query: { repo: REPOSITORY, tag: '1' }, doing })
  return id
}
