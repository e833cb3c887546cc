/**
 * What the commands write. Results go to stdout; everything that is said to a person goes to stderr, so that the output
 * of a program can be piped on.
 */
import { createInterface } from 'node:readline/promises'

export interface Terminal {
  /** A line of the result. */
  result(line: string): void
  /** Bytes of a program's output, as they are. */
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
  /** A line for the person. A progress bar that stands there is taken away first. */
  say(line: string): void
  /** Shows how far something has come, in one line that is written over. Does nothing when stderr is no terminal. */
  progress(label: string, done: number, total: number | undefined): void
  /** Asks a person yes or no; undefined when nobody can answer. */
  ask(question: string): Promise<boolean | undefined>
}

const BAR_WIDTH = 30

/** The terminal that the process was started in. */
export function processTerminal(): Terminal {
  let barShown = false
  const clearBar = () => {
    if (barShown) process.stderr.write('\r\u001b[2K')
    barShown = false
  }
  return {
    result: (line) => {
      clearBar()
      process.stdout.write(`${line}\n`)
    },
    output: (stream, bytes) => {
      clearBar()
      process[stream].write(bytes)
    },
    say: (line) => {
      clearBar()
      process.stderr.write(`${line}\n`)
    },
    progress: (label, done, total) => {
      if (!process.stderr.isTTY) return
      clearBar()
      process.stderr.write(`  ${label}: ${bar(done, total)}`)
      barShown = true
    },
    ask: async (question) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
      clearBar()
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
      } finally {
        lines.close()
      }
    },
  }
}

function bar(done: number, total: number | undefined): string {
  if (!total) return bytesInWords(done)
  const filled = Math.min(BAR_WIDTH, Math.round((BAR_WIDTH * done) / total))
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${bytesInWords(done)} of ${bytesInWords(total)}`
}

/** A number of bytes as people say it: `3.2 MB`. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** power
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`
}

/** Rows under their headings, in columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
