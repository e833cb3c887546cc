import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { knownRegistries, RegistryLogins } from './registries-here.ts'

const directory = mkdtempSync(join(tmpdir(), 'registries-'))
afterAll(() => rmSync(directory, { recursive: true }))

const configured = (password: string) => {
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, `${password}\n`)
  const registries = [
    { host: 'images.example.org', plainHttp: false, username: 'robot', passwordFile },
    { host: 'open.example.org', plainHttp: false },
  ]
  return knownRegistries({ registries })
}

describe('the logins at registries', () => {
  it('are for exactly the hosts that are configured', () => {
    const logins = new RegistryLogins(configured('secret'))
    expect(logins.at('images.example.org')).toEqual({ username: 'robot', password: 'secret' })
    for (const other of ['images.example.org:5000', 'sub.images.example.org', 'open.example.org', 'docker.io'])
      expect(logins.at(other)).toBeUndefined()
  })
  it('are others after a change', () => {
    const logins = new RegistryLogins(configured('before'))
    logins.change(configured('after'))
    expect(logins.at('images.example.org')).toMatchObject({ password: 'after' })
  })
  it('are refused with the file that cannot be read', () => {
    const registries = [{ host: 'a.example.org', plainHttp: false, username: 'robot', passwordFile: '/nowhere/it' }]
    expect(() => knownRegistries({ registries })).toThrow('The file /nowhere/it with the password for a.example.org')
  })
})
