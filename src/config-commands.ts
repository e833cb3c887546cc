/** The commands that look at the configuration. */
import type { ConfigOptions } from './cli/program.ts'
import { processTerminal } from './cli/terminal.ts'
import { loadConfig, type LoadedConfig } from './config.ts'

/** Says that the configuration is right; throws with what is wrong. */
export async function configCheck(options: ConfigOptions): Promise<number> {
  loadConfig({ file: options.config, environment: process.env })
  processTerminal().result(
    options.json ? JSON.stringify({ type: 'config', right: true }) : 'The configuration is right.',
  )
  return 0
}

/** Prints every value with where it came from; secrets are masked. */
export async function configPrint(options: ConfigOptions): Promise<number> {
  const { config, origins } = loadConfig({ file: options.config, environment: process.env })
  const lines = flatten(config).map(([path, value]) => ({
    path,
    value: masked(value),
    origin: originOf(path, origins),
  }))
  const terminal = processTerminal()
  for (const { path, value, origin } of lines) {
    terminal.result(
      options.json ? JSON.stringify({ path, value, origin }) : `${path} = ${JSON.stringify(value)}  (${origin})`,
    )
  }
  return 0
}

function flatten(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path.join('.'), value]]
  return Object.entries(value).flatMap(([key, part]) => flatten(part, [...path, key]))
}

/** A URL without its password. */
function masked(value: unknown): unknown {
  if (typeof value !== 'string' || !URL.canParse(value)) return value
  const url = new URL(value)
  if (url.password === '') return value
  url.password = '***'
  return url.href
}

function originOf(path: string, origins: LoadedConfig['origins']): string {
  return origins.get(path) ?? 'default'
}
