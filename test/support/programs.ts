/**
 * Whether there are programs that some tests use and a bare machine may lack. With CI=true they are taken to be there, so
 * that one that is missing is a failure.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const inCi = process.env.CI === 'true'

/** curl, which the README and the examples use. */
export const hasCurl = inCi || (await versionOf('curl')) !== undefined

/** script(1) of util-linux, which gives a command a terminal; other systems have others of that name. */
export const hasScript = inCi || ((await versionOf('script'))?.includes('util-linux') ?? false)

/** What a program says of its version; undefined where it cannot be run. */
function versionOf(program: string): Promise<string | undefined> {
  return promisify(execFile)(program, ['--version']).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}
