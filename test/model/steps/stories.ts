/** What an execution of the tests asks for, and how its life goes. */
import type { ExecutionEvent } from '../../../src/domain/execution-lifecycle.ts'
import type { Executable, ExecutionRequest } from '../../../src/domain/execution-request.ts'

/** How a life goes when nothing goes wrong. */
export interface Story {
  readonly title: string
  /** How long the program runs, and how long it may, as ISO 8601 and in milliseconds. */
  readonly runs: string
  readonly mayMs: number
  /** What a client asks for when the program runs. */
  readonly whenRunning?: ExecutionEvent
  /** It is promised for so much later, in milliseconds, prepared at once, and starts when it is ready. */
  readonly earlyByMs?: number
}

/** Storage with data that are copied in and data that are made, and beside it data that are changed. */
export function requestOf(
  { mayMs }: Story,
  executable: Executable,
): Pick<ExecutionRequest, 'executable' | 'compute' | 'storage' | 'data' | 'durationMs'> {
  const one = { min: 1, max: 1 }
  const url = (path: string) => `https://data.example.org${path}`
  const data = { type: 'simple-data-resource' } as const
  const volume = (path: string, family: 'data' | 'storage', index: number) =>
    ({ path, mode: 'READWRITE', target: { family, index } }) as const
  return {
    executable,
    compute: { cores: one, memory: one, volumes: [volume('/store', 'storage', 0), volume('/changing', 'data', 2)] },
    storage: [
      { size: one, implied: false },
      { size: one, implied: true },
    ],
    data: [
      { ...data, name: 'in', location: url('/measured'), storage: 0 },
      { ...data, name: 'out', location: url('/made'), storage: 0, access: 'WRITEONLY' },
      { ...data, name: 'changing', location: url('/changing'), storage: 1, access: 'READWRITE' },
    ],
    durationMs: mayMs,
  }
}
