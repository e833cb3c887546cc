/**
 * What the commands write. Results go to stdout; everything that is said to a person goes to stderr, so that the output
 * of a program can be piped on.
 */
import { createInterface } from 'node:readline'
import { bar } from './figures.ts'
import { visible, VisibleOutput } from './visible.ts'

/** Takes the output of a program, piece by piece. */
interface ProgramOutput {
  next(bytes: Uint8Array): void
  end(): void
}

/** All that the commands write passes here, where `visible` keeps what others wrote from steering the terminal. */
export interface Terminal {
  /** True for a stream that goes to a terminal, which a person looks at, and not into a file or to another program. */
  isWatched(stream: 'stdout' | 'stderr'): boolean
  /** A line of the result. */
  result(line: string): void
  /** A way for the output of a program: as it is where it is piped on or raw, else without what would steer a terminal. */
  output(stream: 'stdout' | 'stderr', raw: boolean): ProgramOutput
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
    isWatched: (stream) => process[stream].isTTY,
    result: (line) => {
      clearBar()
      process.stdout.write(`${visible(line)}\n`)
    },
    output: (stream, raw) => {
      const shown = process[stream].isTTY && !raw ? new VisibleOutput() : undefined
      return {
        next: (bytes) => {
          clearBar()
          process[stream].write(shown?.next(bytes) ?? bytes)
        },
        end: () => {
          const rest = shown?.end()
          if (rest) process[stream].write(rest)
        },
      }
    },
    say: (line) => {
      clearBar()
      process.stderr.write(`${visible(line)}\n`)
    },
    progress: (label, done, total) => {
      if (!process.stderr.isTTY) return
      clearBar()
      process.stderr.write(`  ${visible(label)}: ${bar(done, total)}`)
      barShown = true
    },
    ask: async (question, over) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
      clearBar()
      return askYesOrNo(visible(question), over)
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
