/**
 * The files that a program of this machine needs to run somewhere else: itself, its dynamic loader and its shared
 * libraries. The loader is asked, as ldd(1) does, which is not on every machine.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'

const PT_INTERP = 3

/** The absolute paths; undefined when it is no program of Linux or its libraries cannot be found. */
export function programFiles(program: string): string[] | undefined {
  const loader = loaderOf(program)
  if (loader === undefined) return undefined
  if (loader === '') return [program]
  try {
    const listed = execFileSync(loader, ['--list', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    // `libm.so.6 => /lib/libm.so.6 (0x…)`, `/lib64/ld-linux.so.2 (0x…)`; the kernel's own library has no path.
    const libraries = [...listed.matchAll(/(?:=>|^)\s*(\/\S+)/gm)].map(([, path]) => path as string)
    return [...new Set([program, loader, ...libraries])]
  } catch {
    // A loader that cannot list (or a library that is missing) only means that this program is not the one to take.
    return undefined
  }
}

/** The dynamic loader that a program names; empty for one that is linked statically, undefined for what is no ELF program. */
function loaderOf(program: string): string | undefined {
  const file = openSync(program, 'r')
  try {
    const read = (from: number, length: number) => {
      const bytes = Buffer.alloc(length)
      readSync(file, bytes, 0, length, from)
      return bytes
    }
    const start = read(0, 64)
    // 64 bits, least significant byte first: what Node runs on.
    if (start.toString('latin1', 0, 4) !== '\u007fELF' || start[4] !== 2 || start[5] !== 1) return undefined
    const [tableAt, entryBytes, entries] = [
      Number(start.readBigUInt64LE(32)),
      start.readUInt16LE(54),
      start.readUInt16LE(56),
    ]
    for (let index = 0; index < entries; index++) {
      const entry = read(tableAt + index * entryBytes, entryBytes)
      if (entry.readUInt32LE(0) !== PT_INTERP) continue
      const name = read(Number(entry.readBigUInt64LE(8)), Number(entry.readBigUInt64LE(32)))
      return name.toString('utf8').replace(/\0+$/, '')
    }
    return ''
  } finally {
    closeSync(file)
  }
}
