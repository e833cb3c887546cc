/** Sentences for the operator of an engine that was not reached: which of the reasons, and what to do. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unreachable } from './unreachable.ts'

const failed = (code: string) => Object.assign(new Error(code), { code, syscall: 'connect' })

let directory: string
const server = createServer()
const socket = () => join(directory, 'docker.sock')
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'unreachable-'))
  await new Promise<void>((done) => void server.listen(socket(), done))
})
afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

describe('a socket that may not be opened', () => {
  it('is there, and the way to it is by its group, or by an engine of one’s own', () => {
    chmodSync(socket(), 0o660)
    const words = unreachable(failed('EACCES'), socket())
    expect(words).toMatch(/^There is a Docker Engine at .*docker\.sock, but you may not use it: /)
    expect(words).toMatch(/use rootless Docker or Podman \(systemctl --user start podman\.socket\)$/)
    // A group of root is nobody's to be added to.
    const byGroup = `usermod -aG `
    if (userInfo().gid === 0) expect(words).not.toContain(byGroup)
    else expect(words).toContain(`${byGroup}`)
  })
  it('has no group that helps where only its owner may open it', () => {
    chmodSync(socket(), 0o600)
    expect(unreachable(failed('EACCES'), `unix://${socket()}`)).toMatch(
      /you may not use it: use rootless Docker or Podman/,
    )
  })
  it('may be hidden by its directory', () => {
    expect(unreachable(failed('EACCES'), '/nowhere/podman/podman.sock')).toMatch(
      /^Only root can tell whether there is a Podman service at \/nowhere\/podman\/podman\.sock: use rootless/,
    )
  })
})

it('is told from one that is not there, and from one behind which nobody listens', () => {
  expect(unreachable(failed('ENOENT'), '/a.sock')).toBe(
    'There is no container engine at /a.sock: start it, or configure the socket that it has',
  )
  expect(unreachable(failed('ECONNREFUSED'), '/a.sock')).toBe('No container engine listens at /a.sock: start it')
  expect(unreachable(failed('EPERM'), '/a.sock')).toMatch(/connection to the container engine at \/a.sock failed/)
  expect(unreachable(new Error('other'), '/a.sock')).toBeUndefined()
})
