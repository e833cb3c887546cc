import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import type { Execution, OfferSet } from '../../src/client/broker-client.ts'
import { Api, containerRequest, cores, UNKNOWN_ID } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer } from '../support/data-server.ts'
import { jsonOf, RequestFiles, runCommand, startCommand, type Outcome } from '../support/command.ts'

vi.setConfig({ testTimeout: 120_000 })

let broker: TestBroker
let api: Api
const files = new RequestFiles()
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(async () => {
  await broker.close()
  files.remove()
})

const run = (...args: string[]): Promise<Outcome> => runCommand(args, { environment: { BROKER_URL: broker.url } })
const echo = (...words: string[]) => containerRequest({ command: ['echo', ...words] })
const writes = (environment: Record<string, string>) => containerRequest({ environment })
const uuidIn = ({ stdout, stderr }: Outcome) => /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(stdout + stderr)?.[0]

describe('broker extend, shorten, change and done', () => {
  it('change an execution that was accepted, and show it', async () => {
    const start = new Date(Date.now() + 3_600_000).toISOString()
    const uuid = await api.run(containerRequest({}, { schedule: { requested: { start, duration: 'PT1H' } } }))
    for (const [args, duration] of [
      [['extend', uuid, '1h30m'], 'PT2H30M'],
      [['shorten', uuid, 'PT2H'], 'PT30M'],
    ] as const) {
      const { exitCode, stdout } = await run(...args, '--json')
      expect(exitCode).toBe(EXIT.ok)
      expect((jsonOf(stdout)[0] as unknown as Execution).schedule?.available?.duration).toBe(duration)
    }
    const changed = await run('change', uuid, '--cores', '3', '--name', 'a better name')
    expect(changed.exitCode).toBe(EXIT.ok)
    expect(changed.stdout).toMatch(/a better name/)
    expect((await api.execution(uuid)).compute?.cores).toEqual({ min: 3, max: 3 })
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
  })
  it('say what is wrong, and what the broker refuses', async () => {
    const start = new Date(Date.now() + 3_600_000).toISOString()
    const uuid = await api.run(containerRequest({}, { schedule: { requested: { start, duration: 'PT1H' } } }))
    const wrong = await run('extend', uuid, 'soon')
    expect(wrong).toMatchObject({ exitCode: EXIT.usage, stdout: '' })
    expect(wrong.stderr).toBe("'soon' is not a duration such as 30m, 1h30m, 90s or PT30M.\n")
    expect((await run('change', uuid)).exitCode).toBe(EXIT.usage)
    const refused = await run('change', uuid, '--cores', '99')
    expect(refused.exitCode).toBe(EXIT.failed)
    expect(refused.stderr).toMatch(/its pool has 8 cores in all, so there are no 99/)
    expect((await run('done', uuid)).stderr).toMatch(
      /The execution is WAITING, so its phase cannot be set to RELEASING/,
    )
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
  })
})

describe('a change beyond what is possible', () => {
  it('is told in the words of the command line', async () => {
    const start = new Date(Date.now() + 3_600_000).toISOString()
    const uuid = await api.run(containerRequest({}, { schedule: { requested: { start, duration: 'PT12M' } } }))
    const shorter = await run('shorten', uuid, '3h')
    expect(shorter.exitCode).toBe(EXIT.refused)
    expect(shorter.stderr).toMatch(/^It can be shortened by at most 11m59s\.\n'broker done [0-9a-f-]{36}' ends it now/)
    const longer = await run('extend', uuid, '400d')
    expect(longer.stderr).toMatch(/^It can be extended by at most \d+h\d+m(\d+s)?\.\n$/)
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
    const over = await run('extend', uuid, '5m')
    expect(over.stderr).toMatch(/^The execution is CANCELLED; its duration cannot be changed\.$/m)
    expect(shorter.stderr + longer.stderr + over.stderr).not.toMatch(/meta\.options|set the phase|seconds/)
  })
})

describe('broker run of a request with a start of its own', () => {
  it('says that it waits, and how not to', async () => {
    const start = new Date(Date.now() + 24 * 3_600_000).toISOString()
    const request = { ...echo(), schedule: { requested: { start, duration: 'PT5M' } } }
    const command = startCommand(['run', files.write('tomorrow.yaml', request)], {
      environment: { BROKER_URL: broker.url },
    })
    const [, uuid = ''] = await command.writes(/starts at \S+Z: execution ([0-9a-f-]{36})/)
    await command.writes(/This waits until then; Ctrl-C leaves it to itself, as --detach does/)
    await api.setPhase(uuid, 'CANCELLED')
    await command.ends()
  })
})

describe('broker run', () => {
  it('shows the offers and the phases to the person, and gives the output of the program alone to stdout', async () => {
    const { exitCode, stdout, stderr } = await run('run', files.write('echo.yaml', echo('Hello,', 'world')))
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.ok, stdout: 'Hello, world\n' })
    expect(stderr).toMatch(/^offer +start +duration +cores +memory +platform +accept until +uuid$/m)
    expect(stderr).toMatch(/^1 +within \d+ s +\d+ \w+ +1 +1 GiB +simulated\/default +\S+Z +[0-9a-f-]{36}$/m)
    expect(stderr).toMatch(
      /Accepted offer 1, which starts within \d+ s: execution [0-9a-f-]{36}\.\n(?:\d\d:\d\d:\d\d {2}\w+\n)+COMPLETED, exit code 0\n$/,
    )
    for (const phase of ['ACCEPTED', 'PREPARING', 'AVAILABLE', 'RELEASING', 'COMPLETED'])
      expect(stderr).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}${phase}$`, 'm'))
  })
  it('ends with the exit code of the program, whose streams stay apart', async () => {
    const request = writes({ SIMULATED_EXIT_CODE: '3', SIMULATED_STDOUT: 'out\n', SIMULATED_STDERR: 'err\n' })
    const { exitCode, stdout, stderr } = await run('run', files.write('three.json', request))
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'out\n' })
    expect(stderr).toMatch(/^err$/m)
    expect(stderr).toMatch(/^ +ERROR: The program ended with exit code 3\.$/m)
    expect(stderr).toMatch(/^FAILED, exit code 3$/m)
  })
  it('says why an execution failed that has no exit code', async () => {
    const { exitCode, stderr } = await run('run', files.write('image.yaml', writes({ SIMULATED_FAIL: 'image' })))
    expect(exitCode).toBe(EXIT.failed)
    expect(stderr).toMatch(/ERROR: .*the image example\.org\/test:1 is unknown \(as programmed\)/)
  })
  it('accepts the offer that is named', async () => {
    const file = files.write('several.yaml', { ...echo('two'), compute: cores(1, 4) })
    const { exitCode, stdout } = await run('run', file, '--offer', '2', '--json')
    expect(exitCode).toBe(EXIT.ok)
    const lines = jsonOf(stdout)
    const { offers } = lines[0] as unknown as OfferSet
    expect(lines.at(-1)).toMatchObject({
      type: 'execution',
      phase: 'COMPLETED',
      meta: { uuid: offers?.[1]?.meta.uuid },
    })
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['offerset', 'phase', 'output', 'execution']))
    expect(lines.find(({ type }) => type === 'output')).toEqual({ type: 'output', stream: 'stdout', text: 'two\n' })
  })
  it('gives all offers back when there is no such offer', async () => {
    const outcome = await run('run', files.write('none.yaml', echo()), '--offer', '99')
    expect(outcome.exitCode).toBe(EXIT.usage)
    expect(outcome.stderr).toMatch(/^There is no offer 99; there are \d\.$/m)
    expect((await api.execution(uuidIn(outcome) as string)).phase).toBe('REJECTED')
  })
  it('reads a request from its input', async () => {
    const outcome = await runCommand(['run', '-', '--server', broker.url], { input: JSON.stringify(echo('piped')) })
    expect(outcome).toMatchObject({ exitCode: EXIT.ok, stdout: 'piped\n' })
  })
})

describe('broker run of an image', () => {
  it('asks for what its options say, and gives the command what comes after --', async () => {
    const words = ['-n', '--cores', 'many']
    const asked = ['--cores', '2', '--memory', '3', '--duration', '5m', '--env', 'BAND=a=b', '--name', 'one line']
    const { exitCode, stdout, stderr } = await run('run', 'example.org/test:1', ...asked, '--', 'echo', ...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.ok, stdout: '-n --cores many\n' })
    const [, uuid = ''] = /execution ([0-9a-f-]{36})\./.exec(stderr) ?? []
    const { meta, compute, executable } = await api.execution(uuid)
    expect(meta.name).toBe('one line')
    expect([compute?.cores?.min, compute?.memory?.min]).toEqual([2, 3])
    expect(executable).toMatchObject({ environment: { BAND: 'a=b' }, command: ['echo', ...words] })
    expect(stderr).toMatch(/^1 .* 5 min /m)
  })
  it('reads data in /data and saves results from /results', async () => {
    const data = await startDataServer()
    data.files.set('/stars.csv', { content: Buffer.from('Vega\n') })
    const outcome = await run(
      ...['run', 'example.org/test:1', '--data', `${data.url}/stars.csv`, '--save', `${data.url}/copy.csv`],
      ...['--', 'cp', '/data/content', '/results/content'],
    )
    expect(outcome.exitCode, outcome.stderr).toBe(EXIT.ok)
    expect(String(data.files.get('/copy.csv')?.content)).toBe('Vega\n')
    await data.close()
  })
  it('ends with the execution when the results cannot be saved', async () => {
    const data = await startDataServer()
    data.files.set('/stars.csv', { content: Buffer.from('Vega\n') })
    data.faults.set('/copy.csv', [{ method: 'PUT', status: 501 }])
    const { exitCode, stderr } = await run(
      ...['run', 'example.org/test:1', '--data', `${data.url}/stars.csv`, '--save', `${data.url}/copy.csv`],
      ...['--', 'cp', '/data/content', '/results/content'],
    )
    expect(exitCode).toBe(EXIT.failed)
    expect(stderr).toMatch(/^FAILED, exit code 0$/m)
    const [, fetch = '', uuid = ''] = /'broker (fetch) ([0-9a-f-]{36}) --to DIRECTORY' fetches them/.exec(stderr) ?? []
    const directory = join(files.directory, 'new', 'deep')
    const fetched = await run(fetch, uuid, '--to', directory)
    expect(fetched, fetched.stderr).toMatchObject({ exitCode: EXIT.ok, stdout: `${join(directory, 'copy.csv')}\n` })
    await data.close()
  })
  it('writes what the program wrote before the line that ends it', async () => {
    const { stdout } = await run('run', 'example.org/test:1', '--json', '--', 'echo', 'first')
    const lines = jsonOf<{ type: string; phase?: string; component?: string }>(stdout)
    const written = lines.findLastIndex(({ type }) => type === 'output')
    expect(written).toBeGreaterThan(-1)
    expect(lines.findIndex(({ component, phase }) => component === undefined && phase === 'COMPLETED')).toBeGreaterThan(
      written,
    )
  })
  it('prints the UUID and leaves the execution alone with --detach', async () => {
    const { exitCode, stdout } = await run('run', 'example.org/test:1', '--detach')
    expect(exitCode).toBe(EXIT.ok)
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/)
    expect((await api.ends(stdout.trim())).phase).toBe('COMPLETED')
  })
  it.each([
    [['run', 'Not An Image'], /^There is no file Not An Image, and it is no image either/],
    [['run', 'example.org/test:1', '--env', 'BAND'], /^'BAND' is not NAME=VALUE/],
    [['run', 'example.org/test:1', '--duration', 'soon'], /^'soon' is not a duration such as 30m/],
    [['run', 'example.org/test:1', '--start-within', 'soon'], /^'soon' is not a duration such as 10m/],
    [
      ['request', 'busybox:1.37'],
      /^There is no file busybox:1\.37; .* If it is an image, write broker run busybox:1\.37\.$/m,
    ],
    [
      ['run', 'example.org/test:1', '--save', 'out.csv'],
      /^--save out\.csv is not a URL; .* --save https:\/\/example\.org\/sorted\.csv\.$/m,
    ],
    [
      ['run', 'example.org/test:1', '--data', '/home/ada/stars.csv'],
      /^--data \/home\/ada\/stars\.csv is not a URL; data are read from/,
    ],
    [
      ['run', 'example.org/test:1', '--data', 'https://a.org/x', '--data', 'example.org:80/x'],
      /^--data example\.org:80\/x is/,
    ],
    [['run', 'example.org/test:1', '--memory', '512M'], /512M is less than 1 GiB, so write 1\./],
    [['run', 'example.org/test:1', '--memory', '4GB'], /4GB is 3\.73 GiB, so write 4\./],
    [['change', UNKNOWN_ID, '--memory', '4096MiB'], /4096MiB is 4 GiB, so write 4\./],
    [
      ['admin', 'maintain', 'a', '--until', 'x', '--reason', 'y', '--storage', '1TiB'],
      /1TiB is 1024 GiB, so write 1024\./,
    ],
    [['run', 'example.org/test:1', '--cores', 'many'], /It is not a whole number from 1, such as 2\./],
    [['run', '-', '--cores', '2'], /^- is a request and says itself what runs; leave out --cores\.$/m],
    [['run', './hello.yaml', '--', 'echo'], /^\.\/hello\.yaml is a request .* leave out a command\.$/m],
  ])('%j is refused', async (args, words) => {
    const { exitCode, stderr } = await run(...args)
    expect(exitCode).toBe(EXIT.usage)
    expect(stderr).toMatch(words)
  })
})

describe('a request with fields that the contract does not have', () => {
  const misplaced = () =>
    files.write('misplaced.yaml', { ...echo('ran'), gpu: 1, schedule: { start: '2026-12-01T09:00:00Z' } })
  it('is not run, and what was meant is proposed', async () => {
    const { exitCode, stdout, stderr } = await run('run', misplaced())
    expect([exitCode, stdout]).toEqual([EXIT.refused, ''])
    expect(stderr).toMatch(/^ {2}\/gpu: is not part of the contract; did you mean \/compute\/accelerators\?$/m)
    expect(stderr).toMatch(/^ {2}\/schedule\/start: .*; did you mean \/schedule\/requested\/start\?$/m)
    expect(stderr).toMatch(/--lenient/)
  })
  it('is run without them with --lenient', async () => {
    const { exitCode, stdout, stderr } = await run('run', misplaced(), '--lenient')
    expect([exitCode, stdout]).toEqual([EXIT.ok, 'ran\n'])
    expect(stderr).toMatch(/\/gpu is not part of the contract and was ignored\. Did you mean \/compute\/accelerators\?/)
  })
})

describe('open offers', () => {
  it('of a file are given back when it is asked for again, or run', async () => {
    const file = files.write('again.yaml', echo('again'))
    const uuids: string[] = []
    for (const command of ['request', 'request', 'run']) {
      const { exitCode, stdout } = await run(command, file, '--json')
      expect(exitCode).toBe(EXIT.ok)
      uuids.push(jsonOf<OfferSet>(stdout)[0]?.offers?.[0]?.meta.uuid as string)
    }
    const phases = await Promise.all(uuids.map(async (uuid) => (await api.execution(uuid)).phase))
    expect(phases).toEqual(['REJECTED', 'REJECTED', 'COMPLETED'])
  })
  it('of an accepted request stay as they are', async () => {
    const file = files.write('accepted.yaml', writes({ SIMULATED_DURATION: 'PT1H' }))
    const asked = jsonOf<OfferSet>((await run('request', file, '--json')).stdout)[0]
    const uuid = asked?.offers?.[0]?.meta.uuid as string
    await run('accept', uuid)
    const second = await run('request', file)
    expect(second.stderr).not.toMatch(/given back/)
    await api.reaches(uuid, 'AVAILABLE')
    await api.setPhase(uuid, 'CANCELLED')
    await run('reject', /broker reject ([0-9a-f-]{36})/.exec(second.stderr)?.[1] as string)
  })
  it('are given back one by one or as a set', async () => {
    const { meta, offers = [] } = await api.offers({ ...echo(), compute: cores(1, 4) })
    const [first, second] = offers.map((offer) => offer.meta.uuid as string)
    expect(await run('reject', first as string)).toMatchObject({ exitCode: EXIT.ok, stdout: '' })
    expect((await api.execution(first as string)).phase).toBe('REJECTED')
    expect((await api.execution(second as string)).phase).toBe('OFFERED')
    expect((await run('reject', meta.uuid as string)).exitCode).toBe(EXIT.ok)
    expect((await api.execution(second as string)).phase).toBe('REJECTED')
    expect((await run('reject', meta.uuid as string)).exitCode, 'what is so already').toBe(EXIT.ok)
    expect((await run('reject', UNKNOWN_ID)).exitCode).toBe(EXIT.failed)
  })
})

describe('broker run when everything is taken', () => {
  it('accepts nothing that starts later than --start-within, unless any start will do', async () => {
    const small = await testBroker()
    const other = new Api(small.url)
    const all = (name: string) => containerRequest({}, { meta: { name }, compute: cores(8) })
    const busy = await other.run({
      ...all('busy'),
      executable: writes({ SIMULATED_DURATION: 'PT1H' }).executable,
      schedule: { requested: { duration: 'PT1H' } },
    })
    const at = (...args: string[]) => runCommand(args, { environment: { BROKER_URL: small.url } })
    const file = files.write('all.yaml', all('late'))
    const late = await at('run', file, '--start-within', '30m')
    expect(late.exitCode).toBe(EXIT.refused)
    expect(late.stderr).toMatch(/^The offer starts at \S+Z, which is not within 30m; nothing was accepted/m)
    expect((await other.execution(uuidIn(late) as string)).phase).toBe('REJECTED')
    const taken = await at('run', file, '--start-within', '0', '--detach')
    expect(taken.exitCode, taken.stderr).toBe(EXIT.ok)
    const uuid = taken.stdout.trim()
    const shown = await at('status', uuid)
    expect(shown.stdout).toMatch(/^ {2}start +\S+Z$/m)
    expect(shown.stdout).toMatch(/^ {2}end +\S+Z$/m)
    expect(shown.stdout).toMatch(/^ {2}cores +8$/m)
    const logs = await at('logs', uuid)
    expect([logs.exitCode, logs.stdout]).toEqual([EXIT.failed, ''])
    expect(logs.stderr).toMatch(
      /^The program has not started yet: the execution is \w+ and starts at \S+Z at the latest\.$/m,
    )
    for (const one of [uuid, busy]) {
      await other.setPhase(one, 'CANCELLED')
      await other.ends(one)
    }
    await small.close()
  })
  it('accepts by itself what may start soon, and says so; nothing that will start late', async () => {
    const small = await testBroker()
    const other = new Api(small.url)
    const all = { meta: { name: 'all' }, compute: cores(8) }
    const long = { executable: writes({ SIMULATED_DURATION: 'PT1H' }).executable }
    const busy = await other.run({
      ...containerRequest({}, all),
      ...long,
      schedule: { requested: { duration: 'PT1H' } },
    })
    const run = (request: object, ...args: string[]) =>
      runCommand(['run', files.write('some.yaml', request), ...args], { environment: { BROKER_URL: small.url } })
    const soon = await run(containerRequest({}, all), '--detach')
    expect(soon.exitCode, soon.stderr).toBe(EXIT.ok)
    expect(soon.stderr).toMatch(/^Accepted offer 1, which starts by \S+Z, or earlier once there is room:/m)
    const fixed = await run(containerRequest({}, { ...all, schedule: { requested: { startEarly: false } } }))
    expect(fixed.exitCode).toBe(EXIT.refused)
    expect(fixed.stderr).toMatch(/^The offer starts at \S+Z, which is not within 10 min; nothing was accepted/m)
    await other.setPhase(busy, 'CANCELLED')
    expect((await other.ends(soon.stdout.trim())).phase).toBe('COMPLETED')
    await small.close()
  })
})

describe('a request that cannot be had', () => {
  it('is a NO with its reasons', async () => {
    const file = files.write('large.yaml', { ...echo(), compute: cores(1000) })
    const text = await run('run', file)
    expect(text.exitCode).toBe(EXIT.refused)
    expect(text.stderr).toMatch(/^ERROR: No pool has 1000 cores as \/compute\/cores\/min asks for/m)
    expect(text.stderr).toMatch(/^The broker offers nothing for this request\.$/m)
    const json = await run('request', file, '--json')
    expect(json.exitCode).toBe(EXIT.refused)
    expect(jsonOf(json.stdout)).toMatchObject([{ type: 'offerset', result: 'NO' }])
  })
  it('names the file and the field at fault', async () => {
    const file = files.write('wrong.yaml', { ...echo(), compute: { ...cores(1), cores: { min: 'four' } } })
    const text = await run('run', file)
    expect(text).toMatchObject({ exitCode: EXIT.refused, stdout: '' })
    expect(text.stderr).toBe(
      `${file}: The request does not follow the contract; the fields at fault are listed.\n  /compute/cores/min: must be a whole number, such as 1\n`,
    )
    const json = await run('run', file, '--json')
    expect(json.exitCode).toBe(EXIT.refused)
    expect(jsonOf(json.stderr)).toMatchObject([
      { type: 'error', exitCode: EXIT.refused, problem: { errors: [{ pointer: '/compute/cores/min' }] } },
    ])
  })
  it('says where the text breaks off', async () => {
    const { exitCode, stderr } = await run('request', files.write('broken.yaml', 'executable: [1'))
    expect(exitCode).toBe(EXIT.refused)
    expect(stderr).toMatch(/^.*broken\.yaml: The body is not YAML as it is read here: .*\(line \d+, column \d+\)\.\n$/)
  })
  it('is a sentence when the file is not there or is a directory', async () => {
    const missing = await run('run', '/nowhere/request.yaml')
    expect(missing).toEqual({ exitCode: EXIT.usage, stdout: '', stderr: 'There is no file /nowhere/request.yaml.\n' })
    const directory = await run('run', files.directory)
    expect(directory.exitCode).toBe(EXIT.usage)
    expect(directory.stderr).toBe(`${files.directory} is a directory; name the file with the request.\n`)
  })
})

describe('the single steps', () => {
  it('ask, accept and follow', async () => {
    const asked = await run('request', files.write('step.yaml', echo('step by step')), '--json')
    expect(asked.exitCode).toBe(EXIT.ok)
    const uuid = jsonOf<OfferSet>(asked.stdout)[0]?.offers?.[0]?.meta.uuid as string
    expect((await api.execution(uuid)).phase).toBe('OFFERED')
    expect(await run('accept', uuid, '--follow')).toMatchObject({ exitCode: EXIT.ok, stdout: 'step by step\n' })
    const twice = await run('accept', uuid)
    expect(twice.exitCode, 'it is accepted already').toBe(EXIT.ok)
    expect(twice.stdout).toMatch(/COMPLETED/)
  })
  it('show an execution, by its URL as well', async () => {
    const uuid = await api.run({ ...echo('seen'), meta: { name: 'look' } })
    await api.ends(uuid)
    const { exitCode, stdout } = await run('status', `${broker.url}/executions/${uuid}`)
    expect(exitCode).toBe(EXIT.ok)
    expect(stdout).toMatch(new RegExp(`^${uuid} {2}look\nCOMPLETED, exit code 0 on simulated/default\n`))
    expect(stdout).toMatch(/^ {2}executable +COMPLETED$/m)
    expect(stdout).toMatch(/^ {2}\S+Z +RELEASING +finish$/m)
    expect(jsonOf((await run('status', uuid, '--json')).stdout)).toEqual([await api.execution(uuid)])
    const listed = jsonOf<Execution>((await run('list', '--json', '--limit', '1')).stdout)
    expect(listed, 'a list shows the same, with the whole history').toEqual([await api.execution(uuid)])
  })
  it('show what the program wrote, whole or as it comes', async () => {
    const uuid = await api.run(writes({ SIMULATED_STDOUT: 'a\nb\n', SIMULATED_STDERR: 'c\n' }))
    const [followed, error] = await Promise.all([run('logs', '-f', uuid), run('logs', '-f', '--stderr', uuid)])
    expect(followed).toEqual({ exitCode: EXIT.ok, stdout: 'a\nb\n', stderr: '' })
    expect(error.stdout).toBe('c\n')
    const whole = await run('logs', uuid, '--json')
    expect(jsonOf(whole.stdout)).toEqual([{ type: 'output', stream: 'stdout', text: 'a\nb\n' }])
  })
  it('cancel, and wait until everything is given back', async () => {
    const uuid = await api.run(writes({ SIMULATED_DURATION: 'PT1H' }))
    await api.reaches(uuid, 'AVAILABLE')
    const { exitCode, stdout } = await run('cancel', uuid, '--wait', '--json')
    expect(exitCode).toBe(EXIT.ok)
    expect(jsonOf(stdout)).toMatchObject([{ phase: 'CANCELLED', compute: { phase: 'CANCELLED' } }])
    expect((await run('cancel', uuid)).exitCode, 'what is so already').toBe(EXIT.ok)
  })
  it('list the newest, all of them or those in a phase', async () => {
    const uuid = await api.run({ ...echo(), meta: { name: 'listed' } })
    await api.ends(uuid)
    const { stdout } = await run('list', '--limit', '3')
    expect(stdout.split('\n')[0]).toMatch(/^uuid +name +phase +start +platform$/)
    expect(stdout).toMatch(new RegExp(`^${uuid} +listed +COMPLETED, exit code 0 `, 'm'))
    const completed = jsonOf<Execution>((await run('list', '--phase', 'completed', '--json')).stdout)
    expect(new Set(completed.map(({ phase }) => phase))).toEqual(new Set(['COMPLETED']))
    expect(await run('list', '--phase', 'WAITING')).toMatchObject({ exitCode: EXIT.ok, stderr: 'There are none.\n' })
  })
})

describe('a command that cannot be done', () => {
  it('says that there is no such execution', async () => {
    for (const command of ['status', 'logs', 'cancel', 'accept']) {
      const { exitCode, stderr } = await run(command, UNKNOWN_ID)
      expect({ exitCode, stderr }).toEqual({
        exitCode: EXIT.failed,
        stderr: `There is no execution ${UNKNOWN_ID}.\n'broker list' shows the executions that there are.\n`,
      })
    }
  })
  it('says that a UUID is that of an offer set, and which offers that has', async () => {
    const { meta, offers = [] } = await api.offers({ ...echo(), compute: cores(1, 2) })
    const [first] = offers
    for (const args of [
      ['status'],
      ['logs'],
      ['cancel'],
      ['accept'],
      ['accept', '-f'],
      ['fetch'],
      ['done'],
      ['extend'],
    ]) {
      const more = args[0] === 'extend' ? ['5m'] : []
      const { exitCode, stderr } = await run(...args, meta.uuid as string, ...more)
      expect(exitCode).toBe(EXIT.failed)
      expect(stderr).toContain(
        `${meta.uuid} is an offer set; name one of its offers:\n  ${first?.meta.uuid}  OFFERED\n`,
      )
    }
    await run('reject', meta.uuid as string)
  })
  it('says what an option was meant to be, and where those of a program go', async () => {
    for (const [args, words] of [
      [
        ['run', 'busybox', '--duration', '5m', 'ls', '-l', '/'],
        /If -l is for the program, put -- before its command: /,
      ],
      [['run', 'busybox', '--time', '5m'], /Did you mean --duration\?/],
      [['run', 'busybox', '--mem=4'], /Did you mean --memory\?/],
      [['run', 'busybox', '--durations', '5m'], /Did you mean --duration\?/],
      [['change', UNKNOWN_ID, '--cpus', '2'], /Did you mean --cores\?/],
    ] as const) {
      const { exitCode, stderr } = await run(...args)
      expect(exitCode).toBe(EXIT.usage)
      expect(stderr).toMatch(words)
    }
    expect((await run('run', 'busybox', '--time', '5m')).stderr).not.toMatch(/--name/)
    expect((await run('change', UNKNOWN_ID, '--time', '5m')).stderr).not.toMatch(/--duration|put --/)
  })
  it.each([
    ['127.0.0.1:18410', 'http://127.0.0.1:18410'],
    ['localhost:8082', 'http://localhost:8082'],
    ['broker.example.org', 'http://broker.example.org'],
    ['[::1]:8082', 'http://[::1]:8082'],
    ['nonsense', 'one such as http://127.0.0.1:8082'],
    ['ftp://broker.example.org', 'one such as http://127.0.0.1:8082'],
  ])('says how the URL of a broker is written: %s', async (server, written) => {
    const { exitCode, stderr } = await run('list', '--server', server)
    expect([exitCode, stderr]).toEqual([EXIT.usage, `'${server}' is not the URL of a broker; write ${written}.\n`])
  })
  it('says what is wrong with what was typed', async () => {
    const unknown = await run('frobnicate')
    expect(unknown.exitCode).toBe(EXIT.usage)
    expect(unknown.stderr).toMatch(/unknown command 'frobnicate'/)
    expect(await run('status', 'nonsense')).toMatchObject({
      exitCode: EXIT.usage,
      stderr: "'nonsense' is not the UUID or the URL of an execution; 'broker list' shows them.\n",
    })
    expect((await run('list', '--limit', '0')).exitCode).toBe(EXIT.usage)
    expect((await run('list', '--server', 'nonsense')).exitCode).toBe(EXIT.usage)
    expect((await run('list', '--phase', 'NONSENSE')).stderr).toMatch(/'NONSENSE' is not a phase/)
  })
  it('says that no broker answers, and what to do', async () => {
    const away = await runCommand(['list', '--server', 'http://127.0.0.1:1'])
    expect(away).toEqual({
      exitCode: EXIT.unreachable,
      stdout: '',
      stderr:
        "No broker answers at http://127.0.0.1:1.\nStart one with 'broker serve', or name another with --server or BROKER_URL.\n",
    })
    const json = await runCommand(['list', '--server', 'http://127.0.0.1:1', '--json'])
    expect(jsonOf(json.stderr)).toMatchObject([{ type: 'error', exitCode: EXIT.unreachable }])
  })
  it('says that what answers is no broker', async () => {
    const other = createServer((_, response) =>
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<p>no</p>'),
    )
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const { exitCode, stderr } = await runCommand(['list', '--server', url])
    expect(exitCode).toBe(EXIT.unreachable)
    expect(stderr).toMatch(/^What answers at http:\S+ is no broker: HTTP 404, text\/html\.\n/)
    other.close()
  })
})

describe('the help', () => {
  it('lists the commands and the exit codes', async () => {
    const { exitCode, stdout } = await runCommand(['--help'])
    expect(exitCode).toBe(EXIT.ok)
    for (const command of [
      'serve',
      'doctor',
      'config',
      'run',
      'request',
      'accept',
      'reject',
      'status',
      'logs',
      'cancel',
      'list',
    ])
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    for (const code of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^ +${code} {2}\\w`, 'm'))
    expect((await runCommand(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await runCommand([])).exitCode).toBe(EXIT.usage)
  })
})
