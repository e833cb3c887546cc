/** Names in a configuration that two things have, although a name is how one is told from the others. Pure. */
import type { Config } from './config-schema.ts'

type Named = Partial<Pick<Config, 'policies' | 'platforms' | 'registries'>>

/** Sentences on the names that are there twice, each with the key to change and what to write there. */
export function sameNames({ policies = [], platforms = [], registries = [] }: Named): string[] {
  const pools = platforms.flatMap((platform, index) =>
    takenNames(
      platform.pools ?? [],
      `platforms.${index}.pools`,
      (name) => `two pools of ${platform.name} are called ${name}`,
    ),
  )
  return [
    ...takenNames(policies, 'policies', (name) => `two policies are called ${name}`),
    ...takenNames(platforms, 'platforms', (name) => `two platforms are called ${name}`),
    ...pools,
    ...sameHosts(registries),
  ]
}

function takenNames(
  list: readonly { readonly name: string }[],
  path: string,
  fault: (name: string) => string,
): string[] {
  const names = list.map(({ name }) => name)
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [`${path}.${index}.name: ${fault(name)}; give each its own name, such as ${freeName(name, names)}`]
      : [],
  )
}

function freeName(name: string, names: readonly string[]): string {
  for (let number = 2; ; number++) if (!names.includes(`${name}-${number}`)) return `${name}-${number}`
}

/** A registry is known by its host, so of two entries one would not be read. */
function sameHosts(registries: readonly { readonly host: string }[]): string[] {
  const hosts = registries.map(({ host }) => host)
  return hosts.flatMap((host, index) =>
    hosts.indexOf(host) < index
      ? [
          `registries.${index}.host: ${host} is there twice, as registries.${hosts.indexOf(host)} is; leave one of the two out`,
        ]
      : [],
  )
}
