/** The habits of the house that a machine can keep: who imports whom, one place for each change of phase, no leftovers. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/** What each layer may import, beside itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  protocol: ['domain'],
  identity: ['domain'],
  policies: ['domain'],
  platforms: ['domain'],
  data: ['domain'],
  store: ['domain'],
  registries: ['domain', 'data'],
  accounts: ['domain', 'store', 'identity'],
  booking: ['domain', 'store'],
  lifecycle: ['domain', 'booking', 'store', 'platforms', 'data'],
  delegation: ['domain', 'data', 'identity'],
  http: [
    'domain',
    'protocol',
    'identity',
    'delegation',
    'policies',
    'accounts',
    'booking',
    'lifecycle',
    'store',
    'platforms',
  ],
  doctor: ['domain', 'store', 'lifecycle', 'platforms'],
  client: ['domain', 'protocol'],
  cli: ['client'],
}
/** Layers whose subfolders are adapters: only their own folder and the files that put the broker together name them. */
const WITH_ADAPTERS = ['platforms', 'data', 'identity', 'policies']
const ASSEMBLY = ['main', 'platforms-here', 'data-here', 'identities-here', 'delegations-here', 'policies-here'].map(
  (name) => `src/${name}.ts`,
)

const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'test', 'scripts', 'bench'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file !== '')
const sources = files.filter((file) => file.startsWith('src/') && file.endsWith('.ts') && !file.endsWith('.test.ts'))

const layerOf = (file: string) => (file.split('/').length > 2 ? file.split('/')[1] : undefined)
const adapterOf = (file: string) =>
  WITH_ADAPTERS.includes(layerOf(file) ?? '') && file.split('/').length > 3
    ? file.split('/').slice(0, 3).join('/')
    : undefined

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map(([, path]) =>
    normalize(join(dirname(file), path as string)),
  )
}

/** The files that are loaded with a file at once, and the packages among them. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  loaded.add(file)
  if (!file.startsWith('src/')) return loaded
  const text = readFileSync(file, 'utf8').replace(/import type [^;]*?from '[^']+'/g, '')
  for (const [, path = ''] of text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gm)) {
    const next = path.startsWith('.') ? normalize(join(dirname(file), path)) : path
    if (!loaded.has(next)) loadedWith(next, loaded)
  }
  return loaded
}

describe('the command line', () => {
  it('is there quickly: it loads neither what validates nor what serves', () => {
    const loaded = [...loadedWith('src/command.ts')]
    expect(loaded).toContain('src/client/broker-client.ts')
    expect(loaded.filter((one) => /^(ajv|fastify|pg|undici)\b|^src\/(http|store|platforms)\//.test(one))).toEqual([])
  })
})

describe('the layers', () => {
  it('import only what they may', () => {
    const wrong = sources.flatMap((file) => {
      const layer = layerOf(file)
      if (!layer) return []
      const allowed = MAY_IMPORT[layer]
      if (!allowed) return [`${layer} is not a layer`]
      return importsOf(file)
        .filter((imported) => !(file.endsWith('conformance.ts') && imported.startsWith('test/support/')))
        .filter((imported) => layerOf(imported) !== layer && !allowed.includes(layerOf(imported) ?? ''))
        .map((imported) => `${file} may not import ${imported}`)
    })
    expect(wrong).toEqual([])
  })
  it('leave the adapters to the assembly', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(
          (imported) =>
            adapterOf(imported) !== undefined && adapterOf(imported) !== adapterOf(file) && !ASSEMBLY.includes(file),
        )
        .map((imported) => `${file} may not name the adapter ${imported}`),
    )
    expect(wrong).toEqual([])
  })
  it('keep the environment in the configuration', () => {
    const readers = sources.filter((file) => readFileSync(file, 'utf8').includes('process.env'))
    expect(readers.filter((file) => layerOf(file) !== undefined)).toEqual([])
  })
  it('keep OpenTelemetry in one module', () => {
    const knowing = sources.filter((file) => readFileSync(file, 'utf8').includes("from '@opentelemetry/"))
    expect(knowing).toEqual(['src/tracing.ts'])
  })
  it('leave the tests out of what is delivered', () => {
    expect(
      sources.filter(
        (file) =>
          !file.endsWith('conformance.ts') && importsOf(file).some((imported) => imported.includes('conformance')),
      ),
    ).toEqual([])
  })
})

describe('the habits', () => {
  const text = (file: string) => readFileSync(file, 'utf8')

  it('change a phase in one place for each machine', () => {
    const setters = files.filter(
      (file) => /\.(ts|sql)$/.test(file) && /set\s+phase\s*=/.test(text(file)) && file !== 'test/tidy.test.ts',
    )
    expect(setters.sort()).toEqual(['src/store/components.sql', 'src/store/executions.sql'])
    for (const file of setters) {
      for (const [, value] of text(file).matchAll(/set\s+phase\s*=\s*([^,\s]+)/g))
        expect(value, file).toBe('t.to_phase')
    }
  })
  it('keep SQL in .sql files', () => {
    const strings = sources.filter((file) => !['src/store/server.ts', 'src/store/database.ts'].includes(file))
    expect(
      strings.filter((file) => /[`'"]\s*(select .* from|insert into|update \w+ set|delete from)\b/i.test(text(file))),
    ).toEqual([])
  })
  it('ask an error for its code in one place, which knows that not every code is a text', () => {
    // The client is a program of its own and compares codes only; the guard names the type of a callback.
    const apart = ['src/cli/document.ts', 'src/client/client-errors.ts', 'src/data/address-guard.ts']
    expect(sources.filter((file) => text(file).includes('ErrnoException') && !apart.includes(file))).toEqual([])
  })
  it('leave nothing unfinished behind', () => {
    const mark = new RegExp(['FIX', 'ME|TO', 'DO|X', 'XX'].join(''))
    expect(files.filter((file) => /\.(ts|sql)$/.test(file) && mark.test(text(file)))).toEqual([])
  })
  it('say at the top of a file what it is for', () => {
    const silent = sources.filter((file) => !file.endsWith('.gen.ts') && !/^(#!.*\n)?\/\*\*/.test(text(file)))
    expect(silent).toEqual([])
  })
  it('keep files small enough to have one idea', () => {
    const long = sources.filter(
      (file) => !file.endsWith('.gen.ts') && !file.endsWith('conformance.ts') && text(file).split('\n').length > 400,
    )
    expect(long).toEqual([])
  })
})
