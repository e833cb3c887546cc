/** The reason that an engine was not reached, and what to do, for its operator. */
import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { errors } from 'undici'
import { codeOf } from '../../domain/error-code.ts'

/** A sentence, without its full stop, for an engine that did not answer; undefined for an error that is not of the connection. */
export function unreachable(error: unknown, address: string): string | undefined {
  const code = codeOf(error)
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : undefined
  if (code === 'ENOENT' && syscall === 'connect')
    return `There is no container engine at ${address}: start it, or configure the socket that it has`
  if (code === 'ECONNREFUSED') return `No container engine listens at ${address}: start it`
  if (code === 'EACCES' && syscall === 'connect') return forbidden(address)
  if (error instanceof errors.UndiciError && !(error instanceof errors.InvalidArgumentError))
    return `The container engine at ${address} did not answer`
  if (syscall !== undefined) return `The connection to the container engine at ${address} failed`
  return undefined
}

function forbidden(address: string): string {
  const rootless = 'use rootless Docker or Podman (systemctl --user start podman.socket)'
  const group = groupThatMay(address.replace(/^unix:(\/\/)?/, ''))
  const engine = address.includes('podman') ? 'Podman service' : 'Docker Engine'
  if (group === 'hidden') return `Only root can tell whether there is a ${engine} at ${address}: ${rootless}`
  const found = `There is a ${engine} at ${address}, but you may not use it`
  if (group === undefined) return `${found}: ${rootless}`
  return `${found}: ask to be added to its group (usermod -aG ${group} ${userName()}) and log in again, or ${rootless}`
}

/** The group whose members may use a socket; `hidden` when its directory does not show it. */
function groupThatMay(socket: string): string | undefined {
  try {
    const { gid, mode } = statSync(socket)
    return gid === 0 || (mode & 0o060) !== 0o060 ? undefined : (nameOfGroup(gid) ?? String(gid))
  } catch {
    return 'hidden'
  }
}

function nameOfGroup(gid: number): string | undefined {
  const lines = readFileSync('/etc/group', 'utf8').split('\n')
  return lines.map((line) => line.split(':')).find(([, , id]) => id === String(gid))?.[0]
}

/** The name of the user of this process; its number when the machine knows no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'NAME')
  }
}
