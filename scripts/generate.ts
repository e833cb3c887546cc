/**
 * Writes everything that is generated from a source in this repository, or with `--check` says what is stale.
 *
 * - src/protocol/contract.gen.json  the contract in openapi/ as one file
 * - src/protocol/contract.gen.ts    its types
 * - docs/lifecycle.md               the two transition tables, drawn
 * - docs/simulated.md               what programs the simulated platform
 * - docs/messages.md                the message catalogue
 * - docs/dates.md                   every form of a date, with an example
 * - docs/configuration.md           the keys of the configuration
 * - docs/policies.md                what a site can allow and refuse
 * - docs/metrics.md                 the figures for Prometheus
 * - docs/config.schema.json         their JSON Schema
 * - model/…vo-dml.xml               the data model of the contract in VO-DML
 * - docs/model.md                   the same for people
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { writeConfiguration, writeConfigurationSchema } from './configuration-page.ts'
import { flattenContract } from './flatten-contract.ts'
import { writeDates } from './dates-page.ts'
import { drawLifecycles } from './lifecycle-page.ts'
import { writePolicies } from './policies-page.ts'
import { describeSimulation } from './simulated-page.ts'
import { writeMessages } from './messages-page.ts'
import { writeMetrics } from './metrics-page.ts'
import { nameRoots } from './name-roots.ts'
import { modelOf, type Schema } from './model/model.ts'
import { writeModelPage } from './model/page.ts'
import { writeVoDml } from './model/vo-dml.ts'

const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

const contract = bundleContract()
const { info, components } = JSON.parse(contract) as ContractFacts
const model = modelOf(components.schemas)
const outputs: Record<string, string> = {
  'src/protocol/contract.gen.json': contract,
  'src/protocol/contract.gen.ts': await contractTypes(contract),
  'docs/lifecycle.md': drawLifecycles(),
  'docs/simulated.md': describeSimulation(),
  'docs/messages.md': writeMessages(),
  'docs/dates.md': writeDates(),
  'docs/configuration.md': writeConfiguration(),
  'docs/policies.md': writePolicies(),
  'docs/metrics.md': await writeMetrics(),
  'docs/config.schema.json': writeConfigurationSchema(),
  'model/execution-broker.vo-dml.xml': writeVoDml(model, {
    version: info.version,
    lastModified: info['x-last-modified'],
    description: info.summary,
  }),
  'docs/model.md': writeModelPage(model),
}

const stale = Object.entries(outputs).filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
if (options.check && stale.length > 0) {
  console.error(`Stale: ${stale.map(([path]) => path).join(', ')}. Run 'npm run generate' and commit the result.`)
  process.exit(1)
}
if (!options.check) for (const [path, text] of stale) writeFileSync(path, text)
console.log(
  stale.length === 0 ? 'Everything generated is up to date.' : `Wrote ${stale.map(([path]) => path).join(', ')}.`,
)

/** What the contract says of itself, and its types. */
interface ContractFacts {
  readonly info: { readonly version: string; readonly summary: string; readonly 'x-last-modified': string }
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

function bundleContract(): string {
  const directory = mkdtempSync(join(tmpdir(), 'contract-'))
  try {
    const file = join(directory, 'contract.json')
    execFileSync('node_modules/.bin/redocly', ['bundle', 'openapi/openapi.yaml', '-o', file], { stdio: 'pipe' })
    const bundled = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof flattenContract>[0]
    return `${JSON.stringify(nameRoots(flattenContract(bundled)), null, 1)}\n`
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function contractTypes(bundled: string): Promise<string> {
  const types = await openapiTS(JSON.parse(bundled) as OpenAPI3, { defaultNonNullable: false, alphabetize: true })
  return `// Generated from openapi/ by 'npm run generate'. Do not edit.\n\n${astToString(types)}`
}
