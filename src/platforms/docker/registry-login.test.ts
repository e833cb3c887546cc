/** Which registries are shown a login, by what an engine is told. */
import { describe, expect, it } from 'vitest'
import { dockerPlatform, executableOf } from '../../../test/support/docker-platform.ts'
import { toldEngine } from '../../../test/support/told-engine.ts'
import { loginFault } from './registry-login.ts'

const LOGIN = { username: 'robot$site', password: 'pass?word>~ÿ' }

/** What the engine is shown when an image is pulled, and the login is for one host only. */
async function shown(location: string, host: string): Promise<unknown> {
  const seen: (string | string[] | undefined)[] = []
  const engine = await toldEngine((request, response) => {
    if (request.method === 'POST') seen.push(request.headers['x-registry-auth'])
    response.writeHead(404).end('{"message":"there is none"}')
  })
  const loginAt = (asked: string) => (asked === host ? LOGIN : undefined)
  const platform = dockerPlatform(engine.socket, { loginAt })
  const { signal } = new AbortController()
  const failed = platform.prepareImage(executableOf(location), () => undefined, signal)
  await expect(failed).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' })
  await platform.close()
  engine.close()
  const [header] = seen
  return header === undefined ? undefined : JSON.parse(Buffer.from(String(header), 'base64url').toString('utf8'))
}

describe('a login', () => {
  it('is shown to the registry that it is for', async () => {
    const serveraddress = 'images.example.org:5000'
    expect(await shown('images.example.org:5000/a/b:1', serveraddress)).toEqual({ ...LOGIN, serveraddress })
    expect(await shown('IMAGES.example.org:5000/a/b:1', serveraddress)).toEqual({ ...LOGIN, serveraddress })
  })
  it('is for Docker Hub under the name that engines have for it', async () => {
    expect(await shown('a/b:1', 'docker.io')).toMatchObject({ serveraddress: 'https://index.docker.io/v1/' })
  })
  it.each([
    'images.example.org/a/b:1',
    'images.example.org:5001/a/b:1',
    'images.example.org.evil.org:5000/a/b:1',
    'a/b:1',
  ])('is not shown to the registry of %s', async (location) => {
    expect(await shown(location, 'images.example.org:5000')).toBeUndefined()
  })
  it('is not what is wrong when the registry says something else', () => {
    expect(loginFault('manifest unknown: manifest unknown', 'images.example.org', LOGIN)).toBeUndefined()
  })
})
