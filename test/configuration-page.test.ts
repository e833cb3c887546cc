import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXAMPLE, writeConfiguration, writeConfigurationSchema } from '../scripts/configuration-page.ts'
import { environmentNames, loadConfig } from '../src/config.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'configuration-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const configured = (yaml: string) => {
  const file = join(directory, 'broker.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ file, environment: {} })
}

describe('the page on the configuration', () => {
  it('has every variable of the environment', () => {
    const page = writeConfiguration()
    expect([...environmentNames().keys()].filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
  it('says of every key what it means', () => {
    const rows = writeConfiguration()
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([])
  })
  it('has an example that is right', () => {
    expect(configured(EXAMPLE).config.platforms?.[0]?.pools?.[0]?.prices?.currency).toBe('EUR')
  })
})

describe('the published schema of the configuration', () => {
  it('is one that other programs can use, and takes the example', () => {
    const ajv = new Ajv2020({ strict: false })
    addFormatsModule.default(ajv)
    const check = ajv.compile(JSON.parse(writeConfigurationSchema()) as object)
    expect(check(load(EXAMPLE)), JSON.stringify(check.errors)).toBe(true)
    expect(check({ no: 'such key' })).toBe(false)
    expect(readFileSync('docs/config.schema.json', 'utf8')).toBe(writeConfigurationSchema())
  })
})

describe('the prices of a pool', () => {
  const pool = (yaml: string) =>
    `platforms: [{ type: simulated, name: simulated, pools: [{ name: default, ${yaml} }] }]\n`

  it.each([
    ['prices: { coreHour: 1 }', /prices must have required property 'currency'/],
    ['prices: { currency: euros }', /currency must match pattern/],
    ['prices: { currency: EUR, coreHour: -1 }', /coreHour must be >= 0/],
    ['prices: { currency: EUR, perCore: 1 }', /prices\.perCore is not a key of the broker/],
    ['carbonByHour: [1, 2]', /carbonByHour must NOT have fewer than 24 items/],
    ['carbon: 100', /must have property energy when property carbon is present/],
    ['metrics: [{ type: "not a uri", min: 1 }]', /metrics\.0\.type is not a URL/],
  ])('that cannot be are refused with the key: %s', (yaml, said) => {
    expect(() => configured(pool(yaml))).toThrow(said)
  })

  it('have accelerators only where programs can be given any', () => {
    const engine = 'platforms: [{ type: docker, name: d, pools: [{ name: gpu, accelerators: 2 }] }]\n'
    expect(() => configured(engine)).toThrow(/platforms\.0\.pools\.0\.accelerators must be 0: no accelerators/)
    expect(configured(pool('accelerators: 2, acceleratorType: nvidia-a100')).config.platforms).toHaveLength(1)
    expect(() => configured(pool('acceleratorType: nvidia-a100'))).toThrow(/must have property accelerators/)
  })

  it('publish ports where clients can connect to', () => {
    const engine = (publish: string) => configured(`platforms: [{ type: docker, name: d, ${publish} }]\n`)
    const [platform] = engine('publish: {}').config.platforms ?? []
    expect(platform).toMatchObject({ publish: { address: '127.0.0.1' }, network: 'none' })
    expect(() => engine('publish: { address: 0.0.0.0 }')).toThrow(/platforms\.0\.publish\.host is needed/)
    expect(() => engine('publish: { address: "::" }')).toThrow(/platforms\.0\.publish\.host is needed/)
    expect(() => engine('publish: { address: 0.0.0.0, host: jobs.example.org }')).not.toThrow()
    expect(() => engine('publish: { address: localhost }')).toThrow(/address is not an address such as 127\.0\.0\.1/)
    expect(() => engine('publish: { host: "a/b" }')).toThrow(/publish\.host must match pattern/)
    expect(() => engine('subnets: 10.0.0.0/30')).toThrow(/subnets is not a network of at least 16 addresses/)
    expect(() => engine('subnets: 10.213.0.0/16')).not.toThrow()
  })

  it('are told apart from what other types of platforms would say', () => {
    const refused = () => configured(pool('prices: { currency: EUR, coreHour: cheap }'))
    expect(refused).toThrow(
      /^The configuration is not right: platforms\.0\.pools\.0\.prices\.coreHour must be a number, such as 1\.$/,
    )
    expect(() => configured('platforms: [{ type: cloud, name: x }]')).toThrow(
      /^The configuration is not right: platforms\.0\.type must be one of "docker", "simulated"\.$/,
    )
  })

  it('are taken as they are written', () => {
    const { config } = configured(
      pool('prices: { currency: EUR, coreHour: 0.1 }, energy: { coreHour: 1.5e-2 }, carbon: 230'),
    )
    expect(config.platforms?.[0]?.pools?.[0]).toMatchObject({ prices: { coreHour: 0.1 }, energy: { coreHour: 0.015 } })
  })
})

describe('a pattern that is too long keeps the broker from starting, which names it:', () => {
  const long = `${'a*'.repeat(250)}a`
  const policy = (yaml: string) => configured(`policies: [{ name: p, ${yaml} }]\n`)
  it.each([
    ['type: images, allow: [{ repository: ', '}]', 'allow.0.repository'],
    ['type: images, allow: [], deny: [{ tag: x }, { project: ', '}]', 'deny.1.project'],
    ['type: locations, deny: [{ path: ', '}]', 'deny.0.path'],
    ['type: locations, allow: [{ bucket: ', '}]', 'allow.0.bucket'],
    ['type: environment, deny: [A, ', ']', 'deny.1'],
    ['type: limits, allowPorts: [{ path: ', '}]', 'allowPorts.0.path'],
  ])('%s…', (before, after, key) => {
    const message = `policies.0.${key} must NOT have more than 500 characters`
    expect(() => policy(`${before}"${long}"${after}`)).toThrow(message)
    expect(() => policy(`${before}"${long.slice(1)}"${after}`)).not.toThrow()
  })
})
