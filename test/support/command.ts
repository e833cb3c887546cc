/** The real program `broker`, run as a person runs it: as a process of its own, in a pipe or in a terminal. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dump } from 'js-yaml'

const PROGRAM = fileURLToPath(new URL('../../src/broker.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

/** State that the commands of one test file keep on this machine. */
const STATE = mkdtempSync(join(tmpdir(), 'state-'))
process.on('exit', () => rmSync(STATE, { recursive: true, force: true }))

/** What a command did. */
export interface Outcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  readonly input?: string
  /** Loaded before the program. */
  readonly preload?: string
}

/** A command that is being run. */
export class Command {
  readonly process: ChildProcess
  readonly #exited: Promise<unknown[]>
  #stdout = ''
  #stderr = ''
  #changed = () => {}

  constructor(command: string, args: readonly string[], { environment = {}, directory, input }: CommandOptions) {
    this.process = spawn(command, args, {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', XDG_STATE_HOME: STATE, ...environment },
      cwd: directory,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#exited = once(this.process, 'close')
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      this.#changed()
    })
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#changed()
    })
    if (input !== undefined) this.process.stdin?.end(input)
  }

  /** Waits until it has written something that fits, to stdout or stderr; throws when it ends without. */
  async writes(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false
    void this.#exited.then(() => {
      ended = true
      this.#changed()
    })
    for (;;) {
      const found = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr)
      if (found) return found
      if (ended) throw new Error(`it ended without ${String(pattern)}:\n${this.#stdout}\n${this.#stderr}`)
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }

  /** Types into it. */
  types(text: string): void {
    this.process.stdin?.write(text)
  }

  /** Waits for its end. */
  async ends(): Promise<Outcome> {
    const [exitCode] = (await this.#exited) as [number | null]
    return { exitCode, stdout: this.#stdout, stderr: this.#stderr }
  }
}

/** Starts `broker` with these arguments. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): Command {
  return new Command(process.execPath, commandLine(args, options), options)
}

/** Runs `broker` with these arguments to its end. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return startCommand(args, { input: '', ...options }).ends()
}

/** Starts `broker` in a terminal: what it writes comes on stdout, whatever it wrote it to. */
export function startInTerminal(args: readonly string[], options: CommandOptions = {}): Command {
  const line = [process.execPath, ...commandLine(args, options)].map((word) => `'${word}'`).join(' ')
  return new Command('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], options)
}

/** Each line as the JSON that it is. */
export function jsonOf<Line = Record<string, unknown>>(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** A directory with request files for one test file. */
export class RequestFiles {
  readonly directory = mkdtempSync(join(tmpdir(), 'requests-'))

  /** Writes a request, as YAML or JSON by the name of the file, or text as it is; gives the path. */
  write(name: string, request: unknown): string {
    const path = join(this.directory, name)
    const text =
      typeof request === 'string' ? request : name.endsWith('.json') ? JSON.stringify(request) : dump(request)
    writeFileSync(path, text)
    return path
  }

  remove(): void {
    rmSync(this.directory, { recursive: true })
  }
}

function commandLine(args: readonly string[], { preload }: CommandOptions): string[] {
  return [...(preload ? ['--import', preload] : []), '--import', TSX, PROGRAM, ...args]
}
