#!/usr/bin/env node
/**
 * The command `broker`. Before anything else is loaded it refuses a Node that could not read the rest, so that the
 * person sees a sentence and not where the reading failed.
 */
const NODE_OLDEST = [20, 19] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor >= NODE_OLDEST[1])) {
  await import('./command.ts')
} else {
  process.stderr.write(
    `The broker needs Node ${NODE_OLDEST.join('.')} or later, and this is ${process.versions.node}; install a newer one from https://nodejs.org.\n`,
  )
  process.exitCode = 64
}

export {}
