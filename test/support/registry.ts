/** An image registry of one's own on 127.0.0.1, with images made on the spot. Both engines can pull over plain HTTP from there. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import { imageRegistry, registryProgram } from './engines.ts'

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json'

/** Who may pull from a registry that asks for a login, and the line of htpasswd for it. */
export const REGISTRY_LOGIN = { username: 'robot', password: 'the secret' } as const
const HTPASSWD = 'robot:$2b$04$ZWVSVOYRms.r/7ler02zquwHwUVNzLlvorZzbaJGtsAN4ZMs98uTS\n'

/** Why tests that need a registry cannot run; undefined when they can. */
export const registryMissing = imageRegistry().missing

export interface PushedImage {
  /** `sha256:…` of the manifest: what the registry calls it. */
  readonly digest: string
  /** `sha256:…` of the configuration: what an engine calls the image. */
  readonly id: string
  readonly sizeBytes: number
}

export class TestRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #close: () => Promise<void>

  private constructor(host: string, headers: Readonly<Record<string, string>>, close: () => Promise<void>) {
    this.host = host
    this.#headers = headers
    this.#close = close
  }

  /** Starts one; with `asksForLogin` it answers `REGISTRY_LOGIN` only. */
  static async start({ asksForLogin = false } = {}): Promise<TestRegistry> {
    const directory = mkdtempSync(join(tmpdir(), 'registry-'))
    const host = `127.0.0.1:${await freePort()}`
    const config = {
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: directory } },
      http: { addr: host },
      ...(asksForLogin ? { auth: { htpasswd: { realm: 'here', path: join(directory, 'htpasswd') } } } : {}),
    }
    writeFileSync(join(directory, 'htpasswd'), HTPASSWD)
    const { username, password } = REGISTRY_LOGIN
    const basic = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
    // JSON is YAML too.
    writeFileSync(join(directory, 'config.yml'), JSON.stringify(config))
    const child = spawn(registryProgram as string, ['serve', join(directory, 'config.yml')], { stdio: 'ignore' })
    const registry = new TestRegistry(host, asksForLogin ? basic : {}, async () => {
      child.kill()
      rmSync(directory, { recursive: true, force: true })
    })
    await registry.#answers()
    return registry
  }

  /** Puts an image of one layer (a tar archive) under a name and tag. */
  async push(name: string, tag: string, layer: Buffer, architecture = 'amd64'): Promise<PushedImage> {
    const layerBlob = await this.#pushBlob(name, layer)
    const config = {
      architecture,
      os: 'linux',
      config: { Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: [layerBlob.digest] },
    }
    const configBlob = await this.#pushBlob(name, Buffer.from(JSON.stringify(config)))
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...configBlob },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar', ...layerBlob }],
    }
    const { digest, size } = await this.#pushManifest(name, tag, MANIFEST, manifest)
    return { digest, id: configBlob.digest, sizeBytes: size }
  }

  /** Puts an index of images for several architectures under a name and tag, and gives its digest. */
  async pushIndex(name: string, tag: string, images: Readonly<Record<string, PushedImage>>): Promise<string> {
    const manifests = Object.entries(images).map(([architecture, { digest, sizeBytes: size }]) => ({
      mediaType: MANIFEST,
      digest,
      size,
      platform: { architecture, os: 'linux' },
    }))
    const index = { schemaVersion: 2, mediaType: INDEX, manifests }
    return (await this.#pushManifest(name, tag, INDEX, index)).digest
  }

  async close(): Promise<void> {
    await this.#close()
  }

  async #pushBlob(name: string, content: Buffer): Promise<{ digest: string; size: number }> {
    const digest = digestOf(content)
    const upload = await request(`http://${this.host}/v2/${name}/blobs/uploads/`, {
      method: 'POST',
      headers: this.#headers,
    })
    await upload.body.dump()
    const place = new URL(String(upload.headers.location), `http://${this.host}`)
    place.searchParams.set('digest', digest)
    const put = await request(place, { method: 'PUT', headers: this.#headers, body: content })
    if (put.statusCode !== 201) throw new Error(`the registry refused a blob: ${await put.body.text()}`)
    await put.body.dump()
    return { digest, size: content.length }
  }

  async #pushManifest(
    name: string,
    tag: string,
    type: string,
    manifest: object,
  ): Promise<{ digest: string; size: number }> {
    const body = Buffer.from(JSON.stringify(manifest))
    const url = `http://${this.host}/v2/${name}/manifests/${tag}`
    const put = await request(url, { method: 'PUT', headers: { ...this.#headers, 'content-type': type }, body })
    if (put.statusCode !== 201) throw new Error(`the registry refused a manifest: ${await put.body.text()}`)
    await put.body.dump()
    return { digest: digestOf(body), size: body.length }
  }

  async #answers(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const answer = await request(`http://${this.host}/v2/`, { headers: this.#headers }).catch(() => undefined)
      await answer?.body.dump()
      if (answer?.statusCode === 200) return
      await wait(50)
    }
    throw new Error(`the registry at ${this.host} does not answer`)
  }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
