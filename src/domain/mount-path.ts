/** The directories at the root of a container that its system has, and that no volume is mounted in. */
export const SYSTEM_DIRECTORIES: readonly string[] = ['proc', 'sys', 'dev']

/** Files and directories that engines or images have and that no volume takes the place of. */
const SYSTEM_PLACES = ['/etc', '/.dockerenv', '/run/.containerenv']
const SYSTEM_FILES = [
  'passwd',
  'group',
  'shadow',
  'gshadow',
  'hosts',
  'hostname',
  'resolv.conf',
  'nsswitch.conf',
  'mtab',
]
/** Of Linux: NAME_MAX, and PATH_MAX with its NUL, less what a platform or the directory of a data resource adds. */
const PART_BYTES_MAX = 255
const PATH_BYTES_MAX = 3_800

/** The fault of a path in a container as the place of a volume; undefined for none. */
export function mountPathFault(path: string): string | undefined {
  if (!path.startsWith('/')) return 'it must be an absolute path'
  if (/[:,\p{Cc}]/u.test(path)) return 'it must not contain a colon, a comma or a control character'
  const parts = path.split('/').filter((part) => part !== '')
  if (parts.some((part) => part === '..' || part === '.')) return 'it must not contain . or ..'
  if (parts.length === 0) return 'the root cannot be replaced'
  if (parts.some((part) => Buffer.byteLength(part) > PART_BYTES_MAX))
    return `a part of a path has at most ${PART_BYTES_MAX} bytes`
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `a path has at most ${PATH_BYTES_MAX} bytes`
  const system = systemPlace(parts)
  return system === undefined ? undefined : `${system} belongs to the system; choose another place, such as /data`
}

function systemPlace([top = '', second = '', ...rest]: readonly string[]): string | undefined {
  if (SYSTEM_DIRECTORIES.includes(top)) return `/${top}`
  if (top === 'etc' && SYSTEM_FILES.includes(second)) return `/etc/${second}`
  const path = `/${[top, second, ...rest].filter((part) => part !== '').join('/')}`
  return SYSTEM_PLACES.includes(path) ? path : undefined
}

/** The paths that lie in no other of them, as they are written; of those that mean the same place only one. */
export function outermost(paths: readonly string[]): string[] {
  const places = paths.map((path) => ({ path, place: `${path.replaceAll(/\/+/g, '/').replace(/\/$/, '')}/` }))
  places.sort((one, other) => Number(one.place > other.place) - Number(one.place < other.place))
  const found: typeof places = []
  // In this order a path comes right behind the one that it lies in and others that lie there.
  for (const one of places) if (!one.place.startsWith(found.at(-1)?.place ?? ' ')) found.push(one)
  return found.map(({ path }) => path)
}
