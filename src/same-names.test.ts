import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'

const directory = mkdtempSync(join(tmpdir(), 'same-names-'))
afterAll(() => rmSync(directory, { recursive: true }))

const load = (text: string) => {
  const file = join(directory, 'broker.yaml')
  writeFileSync(file, text)
  return () => loadConfig({ file, environment: {} })
}
const platform = (name: string, ...pools: string[]) =>
  `{ type: simulated, name: ${name}, pools: [${pools.map((pool) => `{ name: ${pool} }`).join(', ')}] }`

describe('a name in the configuration', () => {
  it.each([
    [
      'platforms',
      `platforms: [${platform('sim')}, ${platform('sim')}]`,
      'platforms.1.name: two platforms are called sim; give each its own name, such as sim-2',
    ],
    [
      'platforms of two types',
      `platforms: [${platform('a')}, { type: docker, name: a }, ${platform('a-2')}]`,
      'platforms.1.name: two platforms are called a; give each its own name, such as a-3',
    ],
    [
      'pools of one platform',
      `platforms: [${platform('a', 'x')}, ${platform('b', 'x', 'y', 'x')}]`,
      'platforms.1.pools.2.name: two pools of b are called x; give each its own name, such as x-2',
    ],
    [
      'policies',
      'policies: [{ type: limits, name: site, cores: 4 }, { type: limits, name: site, cores: 5 }]',
      'policies.1.name: two policies are called site; give each its own name, such as site-2',
    ],
    [
      'registries',
      'registries: [{ host: a.example }, { host: b.example }, { host: a.example, plainHttp: true }]',
      'registries.2.host: a.example is there twice, as registries.0 is; leave one of the two out',
    ],
  ])('is refused with its key where two have it: %s', (_, text, says) => {
    expect(load(text)).toThrow(says)
  })
  it('may be that of pools on two platforms, or of a policy and a platform', () => {
    const platforms = `platforms: [${platform('a', 'x')}, ${platform('b', 'x')}]`
    expect(load(`${platforms}\npolicies: [{ type: limits, name: a, cores: 4 }]`)).not.toThrow()
  })
})
