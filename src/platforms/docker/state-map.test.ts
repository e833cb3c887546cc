import { describe, expect, it } from 'vitest'
import type { ContainerState } from './engine-answers.ts'
import { observationOf } from './state-map.ts'

const NEVER = '0001-01-01T00:00:00Z'
const startedAt = Date.parse('2026-01-01T10:00:00.100Z')
const finishedAt = Date.parse('2026-01-01T10:00:05.200Z')
const started = { StartedAt: '2026-01-01T10:00:00.100999999Z', FinishedAt: NEVER }
const ended = { ...started, FinishedAt: '2026-01-01T11:00:05.200123+01:00' }

function seen(state: Partial<ContainerState>) {
  return observationOf({
    Id: 'container',
    State: {
      Status: 'created',
      Running: false,
      OOMKilled: false,
      ExitCode: 0,
      Error: '',
      StartedAt: NEVER,
      FinishedAt: NEVER,
      ...state,
    },
  })
}

const exited = (more: object) => ({ state: 'exited', startedAt, finishedAt, exitCode: 0, outOfMemory: false, ...more })

describe('what is true of a container', () => {
  it.each(['created', 'configured', 'initialized'])('that is %s and was never started', (Status) => {
    expect(seen({ Status })).toEqual({ state: 'created', workload: 'container' })
  })
  it('that could not be started', () => {
    expect(seen({ Status: 'created', ExitCode: 127, Error: 'no such file' })).toEqual({
      state: 'created',
      workload: 'container',
    })
  })
  it.each(['running', 'paused', 'restarting', 'stopping'])('that is %s', (Status) => {
    expect(seen({ Status, ...started })).toEqual({ state: 'running', startedAt })
  })
  it.each(['exited', 'stopped'])('that is %s', (Status) => {
    expect(seen({ Status, ...ended, ExitCode: 3 })).toEqual(exited({ exitCode: 3 }))
  })
  it('that is being removed', () => {
    expect(seen({ Status: 'removing', ...ended })).toEqual({ state: 'gone' })
  })
  it('that the engine could not remove', () => {
    expect(seen({ Status: 'dead', ...ended })).toEqual(exited({ platformError: 'the engine calls the container dead' }))
  })
  it('that ended with an error of the engine', () => {
    expect(seen({ Status: 'exited', ...ended, ExitCode: 128, Error: 'cgroup lost' })).toEqual(
      exited({ exitCode: 128, platformError: 'cgroup lost' }),
    )
  })
  it.each([137, 143, 158])('whose program ended with %i, for which only itself may know a cause', (ExitCode) => {
    expect(seen({ Status: 'exited', ...ended, ExitCode })).toEqual(exited({ exitCode: ExitCode }))
  })
  it('that Podman calls created again because its host went down', () => {
    expect(seen({ Status: 'created', ...started })).toMatchObject({
      state: 'exited',
      startedAt,
      finishedAt: startedAt,
      exitCode: 255,
      platformError: expect.stringContaining('lost') as string,
    })
  })
  it('whose state has a name that is not known', () => {
    expect(seen({ Status: 'new', Running: true, ...started })).toEqual({ state: 'running', startedAt })
    expect(seen({ Status: 'new', ...ended })).toEqual(exited({}))
    expect(seen({ Status: 'new' })).toEqual({ state: 'created', workload: 'container' })
  })
})

describe('that memory ran out', () => {
  const killed = { Status: 'exited', ...ended, ExitCode: 137 }
  it('is believed of the engine', () => {
    expect(seen({ ...killed, OOMKilled: true })).toEqual(exited({ exitCode: 137, outOfMemory: true }))
    expect(seen(killed)).toEqual(exited({ exitCode: 137 }))
  })
  it('is no matter when the program got over it', () => {
    expect(seen({ ...killed, ExitCode: 0, OOMKilled: true })).toEqual(exited({}))
  })
})
