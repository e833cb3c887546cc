import { describe, expect, it } from 'vitest'
import { HastyClock } from '../../../test/support/fake-clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import { EngineRefusal, type EngineClient, type EngineQuestion } from './engine-client.ts'
import { probeEngine } from './engine-probe.ts'
import { Marks } from './marks.ts'

const facts = {
  product: 'Docker Engine 20.10.24',
  isPodman: false,
  os: 'linux',
  architecture: 'amd64',
  cores: 4,
  memoryBytes: 8 * 2 ** 30,
  limits: { memory: true, cores: true, pids: true },
}
const none = { memory: false, cores: false, pids: false }

interface Settings {
  readonly HostConfig: { readonly Init: boolean; readonly Memory?: number; readonly NetworkMode: string }
}

/** An engine that has the helper image, keeps one container, and may refuse to make or to start it. */
function engineThat(refuses: {
  isPodman?: boolean
  making?: (settings: Settings) => boolean
  starting?: (settings: Settings) => boolean
}) {
  let there: { settings: Settings; labels: unknown } | undefined
  let exitCode = 0
  const client = {
    async ask({ method = 'GET', path, body, doing }: EngineQuestion) {
      if (path.startsWith('/images/')) return { status: 200, body: { Id: path.split('/')[2] } }
      if (path === '/containers/create') {
        const { Labels, ...settings } = body as Settings & { Labels: unknown }
        if (refuses.making?.(settings)) throw new EngineRefusal(doing, 500, 'no init')
        there = { settings, labels: Labels }
        return { status: 201, body: { Id: 'probe' } }
      }
      if (path.endsWith('/start')) {
        if (there && refuses.starting?.(there.settings)) throw new EngineRefusal(doing, 500, 'cgroups')
        // Without an init it is the engine that misses the program.
        if (there && !there.settings.HostConfig.Init) {
          exitCode = 127
          throw new EngineRefusal(doing, 400, 'exec: "none": executable file not found in $PATH')
        }
        return { status: 204 }
      }
      const status = there ? 200 : 404
      if (method === 'DELETE') there = undefined
      return { status, body: { Id: 'probe', Config: { Labels: there?.labels }, State: { ExitCode: exitCode } } }
    },
  }
  const probe = () =>
    probeEngine(
      client as unknown as EngineClient,
      new HastyClock(),
      new Marks('broker1'),
      { ...facts, isPodman: refuses.isPodman ?? false },
      {
        network: 'none',
        pidsMax: 100,
        readOnlyRoot: false,
        capabilities: [],
        outputMaxBytes: 1e6,
      },
    )
  return { probe, isEmpty: () => there === undefined }
}

describe('an engine that is tried', () => {
  it.each([
    ['can do everything', {}, { init: true, limits: facts.limits, connects: true }],
    ['is Podman, and can', { isPodman: true }, { init: true, limits: facts.limits, connects: true }],
    ['is Podman without a network', { isPodman: true, starting: connected }, { limits: facts.limits, connects: false }],
    ['finds no init when it makes a container', { making: init }, { init: false, limits: facts.limits }],
    [
      'finds no init and cannot set limits',
      { starting: (settings: Settings) => init(settings) || limited(settings) },
      { init: false, limits: none },
    ],
    ['finds no init when it starts one', { starting: init }, { init: false, limits: facts.limits }],
    ['cannot set limits', { starting: limited }, { init: true, limits: none }],
  ])('%s', async (_what, refuses, found) => {
    const engine = engineThat(refuses)
    expect(await engine.probe()).toMatchObject(found)
    expect(engine.isEmpty()).toBe(true)
  })
  it.each([
    ['makes nothing', { making: () => true }, /Docker Engine 20\.10\.24 starts no program: .* no init/],
    [
      'starts nothing',
      { starting: () => true },
      /starts no program: The container engine refused .* cgroups\. Start one/,
    ],
  ])('and %s is of no use, and its operator is told why', async (_what, refuses, told) => {
    const engine = engineThat(refuses)
    await expect(engine.probe()).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      detail: 'The container engine starts no program',
      context: { forOperator: expect.stringMatching(told) as string },
    })
    expect(engine.isEmpty()).toBe(true)
  })
  it('and does not answer is not taken for one that cannot', async () => {
    const engine = engineThat({
      starting: () => {
        throw new BrokerError('PLATFORM_UNAVAILABLE', 'no answer')
      },
    })
    await expect(engine.probe()).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' })
    expect(engine.isEmpty()).toBe(true)
  })
})

function init({ HostConfig }: Settings): boolean {
  return HostConfig.Init
}

function connected({ HostConfig }: Settings): boolean {
  return HostConfig.NetworkMode !== 'none'
}

function limited({ HostConfig }: Settings): boolean {
  return HostConfig.Memory !== undefined
}
