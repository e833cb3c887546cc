/**
 * The states of an engine's container, as the contract knows them.
 *
 * Docker: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerInspect
 * Podman: https://github.com/containers/podman/blob/v4.3.1/libpod/define/containerstate.go
 */
import type { Instant } from '../../domain/dates.ts'
import type { Observation } from '../platform.ts'
import type { ContainerDetails, ContainerState } from './engine-answers.ts'
import { wordsOf } from './engine-words.ts'

type Stage = 'created' | 'running' | 'exited' | 'gone'

const STAGES: Readonly<Record<string, Stage>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  // Paused by somebody at the engine: it holds its memory and goes on when it is told to.
  paused: 'running',
  restarting: 'running',
  stopping: 'running',
  exited: 'exited',
  stopped: 'exited',
  // Docker could not remove it; the program has ended.
  dead: 'exited',
  removing: 'gone',
}

/** What Docker gives a container that vanished with the host; it is used for Podman too, which gives none. */
const LOST_EXIT_CODE = 255

/** Where in its life a container is, by the word of the engine; undefined for a word that is not known. */
export function stageOf(status: string): Stage | undefined {
  return STAGES[status]
}

/** Whether it was started at any time. Podman calls a container `created` again that ran when the host went down. */
export function wasStarted(state: ContainerState): boolean {
  return instant(state.StartedAt) !== undefined
}

/** The observed state of a container. No cause is taken from an exit code, which a program may have chosen by itself. */
export function observationOf({ Id, State: state }: Pick<ContainerDetails, 'Id' | 'State'>): Observation {
  const stage = stageOf(state.Status) ?? (state.Running ? 'running' : wasStarted(state) ? 'exited' : 'created')
  if (stage === 'gone') return { state: 'gone' }
  const startedAt = instant(state.StartedAt)
  if (stage === 'running') return { state: 'running', startedAt: startedAt ?? 0 }
  if (startedAt === undefined) return { state: 'created', workload: Id }
  const finishedAt = instant(state.FinishedAt)
  if (stage === 'created' || finishedAt === undefined) return lost(startedAt, state)
  return {
    state: 'exited',
    startedAt,
    finishedAt: Math.max(startedAt, finishedAt),
    exitCode: state.ExitCode,
    // Podman says so from version 5 on (https://github.com/containers/podman/issues/13102), Docker also when only a child was killed; a program that got over that and ended well did not fail of it.
    outOfMemory: state.ExitCode !== 0 && state.OOMKilled === true,
    ...platformError(state),
  }
}

function lost(startedAt: Instant, state: ContainerState): Observation {
  return {
    state: 'exited',
    startedAt,
    finishedAt: startedAt,
    exitCode: LOST_EXIT_CODE,
    outOfMemory: false,
    platformError: wordsOf(state.Error ?? '') || 'the engine lost the program, as after a restart of its host',
  }
}

function platformError(state: ContainerState): { platformError?: string } {
  if (state.Error) return { platformError: wordsOf(state.Error) }
  return state.Status === 'dead' ? { platformError: 'the engine calls the container dead' } : {}
}

/** The end of the years of four digits, which is as far as any engine counts. */
const END_OF_DATES = Date.UTC(10_000, 0)

/** An instant as the engine writes it; undefined for its zero, and for what is none. */
function instant(text: string): Instant | undefined {
  const at = Date.parse(text)
  return at > 0 && at < END_OF_DATES ? at : undefined
}
