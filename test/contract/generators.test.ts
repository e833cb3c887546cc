/** Code generators make types of the contract that compile and tell the kinds apart. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@hey-api/openapi-ts'
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTRACT } from '../../src/protocol/contract.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'generated-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const NAMES = ['Executable', 'DataResource', 'Update', 'Offer', 'CostItem', 'ExecutionRequest', 'OfferSet']

/** Each generator: makes its types in a directory, and gives the line that names them. */
const GENERATORS: Record<string, (into: string) => Promise<string>> = {
  'openapi-typescript': async (into) => {
    const types = await openapiTS(CONTRACT as unknown as OpenAPI3, { defaultNonNullable: false })
    writeFileSync(join(into, 'types.ts'), astToString(types))
    const aliases = NAMES.map((name) => `type ${name} = components['schemas']['${name}']`)
    return ["import type { components } from './types.ts'", ...aliases].join('\n')
  },
  '@hey-api/openapi-ts': async (into) => {
    const input = join(into, 'contract.json')
    writeFileSync(input, JSON.stringify(CONTRACT))
    await createClient({
      input,
      output: into,
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent', file: false },
    })
    return `import type { ${NAMES.join(', ')} } from './types.gen.ts'`
  },
}

describe.each(Object.keys(GENERATORS))('%s', (name) => {
  it('makes types in which the kind decides, and every kind is there', async () => {
    const into = join(directory, name.replaceAll('/', '-'))
    mkdirSync(into)
    const imports = await GENERATORS[name]?.(into)
    const uses = readFileSync(new URL('generated-uses.txt', import.meta.url), 'utf8')
    // The uses say where the compiler has to object, and it objects where it was expected to and did not.
    expect(faultsOf(into, `${imports}\n${uses}`)).toEqual([])
  }, 60_000)
})

/** What the compiler says of a program that uses the types in a directory. */
function faultsOf(into: string, source: string): string[] {
  const file = join(into, 'uses.ts')
  writeFileSync(file, source)
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  })
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}
