/**
 * What the commands write. Results go to stdout; everything that is said to a person goes to stderr, so that the output
 * of a program can be piped on.
 */
import { createInterface } from 'node:readline'
import { bar } from './figures.ts'

export interface Terminal {
  /** A line of the result. */
  result(line: string): void
  /** Bytes of a program's output, as they are. */
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
  /** A line for the person. A progress bar that stands there is taken away first. */
  say(line: string): void
  /** Shows how far something has come, in one line that is written over. Does nothing when stderr is no terminal. */
  progress(label: string, done: number, total: number | undefined): void
  /** Asks a person yes or no; undefined when nobody can answer, or does not want to, or the question is over. */
  ask(question: string, over: AbortSignal): Promise<boolean | undefined>
}

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
    ask: async (question, over) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
      clearBar()
      return askYesOrNo(question, over)
    },
  }
}

/** Ctrl-C, Ctrl-D and the end of the question close the line, which is no answer. */
function askYesOrNo(question: string, over: AbortSignal): Promise<boolean | undefined> {
  const line = createInterface({ input: process.stdin, output: process.stderr })
  const close = () => line.close()
  over.addEventListener('abort', close)
  return new Promise<boolean | undefined>((resolve) => {
    line.on('SIGINT', close)
    line.on('close', () => {
      over.removeEventListener('abort', close)
      process.stderr.write('\n')
      resolve(undefined)
    })
    line.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()))
      line.close()
    })
  })
}
