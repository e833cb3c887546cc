/** Places of engines: looked for as `docker` and `podman` do, and what is said of places that cannot be used. */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enginePlaces, likeliest } from './engine-places.ts'

let home: string
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'engine-places-'))))
afterAll(() => rmSync(home, { recursive: true }))

function context(name: string, meta: unknown): { DOCKER_CONFIG: string; DOCKER_CONTEXT: string } {
  const directory = join(home, name)
  const place = join(directory, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'))
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'meta.json'), JSON.stringify(meta))
  return { DOCKER_CONFIG: directory, DOCKER_CONTEXT: name }
}

const leadingTo = (Host: string) => ({ Endpoints: { docker: { Host } } })

describe('the sockets', () => {
  it('are those of the machine, of the user, and of Docker Desktop and Colima', () => {
    expect(enginePlaces({ HOME: '/home/ann', XDG_RUNTIME_DIR: '/run/user/7' })).toEqual({
      sockets: [
        '/var/run/docker.sock',
        '/run/user/7/docker.sock',
        '/run/podman/podman.sock',
        '/run/user/7/podman/podman.sock',
        '/home/ann/.docker/run/docker.sock',
        '/home/ann/.docker/desktop/docker.sock',
        '/home/ann/.colima/default/docker.sock',
        '/home/ann/.config/colima/default/docker.sock',
      ],
      refused: [],
    })
  })
  it('are found without a session of the user, too', () => {
    expect(enginePlaces({}).sockets).toContain(`/run/user/${process.getuid?.()}/podman/podman.sock`)
  })
  it('begin with those that the environment names', () => {
    const named = { DOCKER_HOST: 'unix:///a.sock', CONTAINER_HOST: 'unix:///b.sock' }
    expect(enginePlaces({ ...named, HOME: '/' }).sockets.slice(0, 3)).toEqual([
      '/a.sock',
      '/b.sock',
      '/var/run/docker.sock',
    ])
    expect(enginePlaces({ DOCKER_HOST: 'unix:///run/podman/podman.sock' }).sockets[0]).toBe('/run/podman/podman.sock')
  })
  it('begin with that of the context which was chosen', () => {
    const chosen = context('colima', leadingTo('unix:///c.sock'))
    expect(enginePlaces(chosen).sockets[0]).toBe('/c.sock')
    writeFileSync(join(chosen.DOCKER_CONFIG, 'config.json'), JSON.stringify({ currentContext: 'colima' }))
    expect(enginePlaces({ DOCKER_CONFIG: chosen.DOCKER_CONFIG }).sockets[0]).toBe('/c.sock')
    mkdirSync(join(home, '.docker'), { recursive: true })
    expect(enginePlaces({ ...chosen, DOCKER_HOST: 'unix:///d.sock' }).sockets).not.toContain('/c.sock')
  })
  it('are those which may be opened, where one has to be named', () => {
    const [open, shut] = [join(home, 'open'), join(home, 'shut')]
    for (const file of [open, shut]) writeFileSync(file, '')
    chmodSync(shut, 0)
    expect(likeliest({ sockets: ['/nowhere', open], refused: [] })).toBe(open)
    expect(likeliest({ sockets: ['/nowhere', '/neither'], refused: [] })).toBe('/nowhere')
  })
})

describe('a place that cannot be used', () => {
  it.each([
    [
      'tcp://box:2376',
      /^DOCKER_HOST leads to tcp:\/\/box:2376, which is not used: .* DOCKER_HOST=unix:\/\/\/tmp\/engine.sock\.$/,
    ],
    ['ssh://me@box', /ssh -nNT -L/],
    ['npipe:////./pipe/docker', /write the path of a socket, such as unix:\/\/\/var\/run\/docker.sock\.$/],
    ['/var/run/docker.sock', /write the path of a socket, such as unix:\/\/\//],
  ])('such as %s is said with what to do', (address, words) => {
    expect(enginePlaces({ DOCKER_HOST: address }).refused).toEqual([expect.stringMatching(words)])
  })
  it('may be that of a context', () => {
    expect(enginePlaces(context('far', leadingTo('ssh://box'))).refused[0]).toMatch(
      /^The Docker context 'far' leads to ssh/,
    )
    expect(enginePlaces(context('empty', {})).refused[0]).toBe(
      "The Docker context 'empty' is not known: choose another with docker context use, such as 'default'.",
    )
    expect(enginePlaces({ HOME: home, DOCKER_CONTEXT: 'none' }).refused[0]).toMatch(/'none' is not known/)
  })
  it('may be hidden in a file that nobody can read', () => {
    const directory = join(home, 'broken')
    mkdirSync(directory)
    writeFileSync(join(directory, 'config.json'), '{')
    expect(enginePlaces({ DOCKER_CONFIG: directory }).refused).toEqual([
      expect.stringMatching(/config\.json, where Docker keeps its context, cannot be read: mend it/),
    ])
  })
})
