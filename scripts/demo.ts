/**
 * Shows the broker at work: a broker on its embedded database, a FITS image served over HTTP, and a container that
 * computes the checksum of that image. Whatever happens, nothing of it is left behind.
 *
 *     npm run demo                            on Docker or Podman when one answers (DOCKER_HOST names it), else simulated
 *     npm run demo -- --platform simulated    simulated in any case
 *     npm run demo -- --keep                  the broker stays until Ctrl-C
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dump } from 'js-yaml'
import { pino } from 'pino'
import { follow } from '../src/cli/follow.ts'
import { processTerminal, type Terminal } from '../src/cli/terminal.ts'
import { allMessages, messageLines, offerLines, outcomeLine } from '../src/cli/words.ts'
import { BrokerClient, type ExecutionRequest } from '../src/client/broker-client.ts'
import { loadConfig } from '../src/config.ts'
import { enginePlaces, NO_ENGINES } from '../src/engine-places.ts'
import { startBroker } from '../src/main.ts'
import { KIND } from '../src/protocol/kinds.ts'
import { systemClock } from '../src/system-clock.ts'
import { startDataServer } from '../test/support/data-server.ts'
import { fitsImage } from './demo/fits-image.ts'
import { choosePlatform, type DemoPlatform } from './demo/surroundings.ts'

const IMAGE_NAME = 'stars.fits'
/** How long an execution may take to end and give everything back when the demonstration is interrupted, in milliseconds. */
const GIVE_BACK_MS = 30_000

const begunAt = Date.now()
const { platform: wanted, keep } = readOptions()
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
// What was begun is taken away in reverse order, however far the demonstration has come.
const ending: (() => Promise<void>)[] = []
const screen = { title, say: (line: string) => process.stdout.write(`   ${line}\n`) }

try {
  process.exitCode = await demonstrate()
} catch (error) {
  if (!interrupted.signal.aborted) throw error
  process.stdout.write('\nInterrupted; everything is taken away.\n')
  process.exitCode = 130
} finally {
  for (const end of ending.splice(0).reverse()) await end()
}

async function demonstrate(): Promise<number> {
  title('The platform')
  const platform = await choosePlatform(wanted, enginePlaces(process.env))
  ending.push(() => platform.remove())
  platform.notes.forEach(screen.say)
  interrupted.signal.throwIfAborted()

  title('The data')
  const { url, expected } = await serveImage()

  title('The broker')
  const client = await startOwnBroker(platform)
  interrupted.signal.throwIfAborted()

  title('The request')
  const request = requestFor(platform, url)
  for (const line of dump(request, { lineWidth: 110 }).trimEnd().split('\n')) screen.say(line)

  title('The offers')
  const offerSet = await client.request(request)
  const { offers = [] } = offerSet
  for (const line of messageLines([...(offerSet.meta.messages ?? []), ...offers.flatMap(allMessages)])) screen.say(line)
  const uuid = offers[0]?.meta.uuid
  if (uuid === undefined) {
    screen.say('The broker offers nothing, so there is nothing to show.')
    return 1
  }
  for (const line of offerLines(offerSet, new Date())) screen.say(line)

  title('The execution')
  ending.push(() => endExecution(client, uuid))
  await client.accept(uuid)
  screen.say(`Offer 1 was accepted: execution ${uuid}.`)
  const { terminal, output } = watchingTerminal()
  const execution = await follow(client, uuid, terminal, { json: false, signal: interrupted.signal })
  screen.say(outcomeLine(execution))

  title('The result')
  const got = /^[0-9a-f]{64}/.exec(output())?.[0] ?? 'nothing'
  const by = platform.real ? 'computed in the container' : 'computed by the simulated platform'
  screen.say(`${by.padEnd(34)}  ${got}`)
  screen.say(`${'computed here'.padEnd(34)}  ${expected}`)
  const same = got === expected && execution.phase === 'COMPLETED'
  screen.say(same ? 'They are the same.' : 'They are not the same, which should not be.')
  if (!platform.real) {
    screen.say('No container was run: the simulated platform read the copy of the image that the broker had staged.')
  }
  screen.say(`This took ${((Date.now() - begunAt) / 1000).toFixed(1)} s.`)
  if (keep) await stay(client)
  return same ? 0 : 1
}

/** Serves the image over HTTP on loopback, and computes its checksum here. */
async function serveImage(): Promise<{ url: string; expected: string }> {
  const content = fitsImage()
  const expected = createHash('sha256').update(content).digest('hex')
  const server = await startDataServer()
  ending.push(() => server.close())
  server.files.set(`/${IMAGE_NAME}`, { content, headers: { 'content-type': 'image/fits' } })
  const url = `${server.url}/${IMAGE_NAME}`
  screen.say(`A FITS image of ${content.length} bytes is served at ${url}.`)
  screen.say(`Its SHA-256, computed here, is ${expected}.`)
  return { url, expected }
}

async function startOwnBroker(platform: DemoPlatform): Promise<BrokerClient> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'broker-demo-'))
  ending.push(async () => rmSync(dataDirectory, { recursive: true, force: true }))
  const { config } = loadConfig({
    // The environment and the file of the person are for a broker of theirs, not for this one.
    file: '/dev/null',
    environment: {},
    options: {
      dataDirectory,
      'listen.port': 0,
      'data.allowedNetworks': ['127.0.0.0/8'],
      platforms: [platform.config],
    },
  })
  const logger = pino({ level: 'error' }, pino.destination({ dest: 2, sync: true }))
  const broker = await startBroker(config, { clock: systemClock, logger, engines: NO_ENGINES })
  ending.push(() => broker.stop())
  screen.say(`A broker is ready at ${broker.url}, with its database in ${dataDirectory}.`)
  return new BrokerClient(broker.url)
}

function requestFor({ image, entrypoint, command }: DemoPlatform, url: string): ExecutionRequest {
  return {
    meta: { name: 'checksum of an image' },
    executable: {
      kind: KIND.dockerContainer,
      image: { locations: [image.location], platform: { architecture: image.architecture, os: 'linux' } },
      ...(entrypoint === undefined ? {} : { entrypoint }),
      command: command(`/data/${IMAGE_NAME}`),
    },
    compute: {
      kind: KIND.simpleCompute,
      volumes: [{ kind: KIND.simpleVolumeMount, path: '/data', resource: 'image' }],
    },
    data: [{ kind: KIND.simpleData, meta: { name: 'image' }, location: url }],
    schedule: { requested: { duration: 'PT5M' } },
  }
}

/** A terminal that shows what `broker run` shows, and remembers what the program wrote. */
function watchingTerminal(): { terminal: Terminal; output: () => string } {
  let written = ''
  const own = processTerminal()
  const terminal: Terminal = {
    ...own,
    say: screen.say,
    output: (stream) => ({
      next: (bytes) => {
        const text = new TextDecoder().decode(bytes)
        if (stream === 'stdout') written += text
        for (const line of text.trimEnd().split('\n')) screen.say(`          ${stream}: ${line}`)
      },
      end: () => undefined,
    }),
  }
  return { terminal, output: () => written }
}

/** Cancels an execution that goes on, and waits until everything is given back. */
async function endExecution(client: BrokerClient, uuid: string): Promise<void> {
  const { phase } = await client.execution(uuid)
  if (phase !== 'COMPLETED' && phase !== 'FAILED') await client.cancel(uuid)
  for await (const _ of client.events(uuid, AbortSignal.timeout(GIVE_BACK_MS)));
}

async function stay(client: BrokerClient): Promise<void> {
  title('The broker stays')
  screen.say(`It is at ${client.url}. In another terminal:  npx broker list --server ${client.url}`)
  screen.say('Ctrl-C here stops it and takes everything away.')
  await once(interrupted.signal, 'abort')
}

function title(text: string): void {
  process.stdout.write(`\n${text}\n`)
}

function readOptions(): { platform: 'auto' | 'simulated'; keep: boolean } {
  const options = { platform: { type: 'string', default: 'auto' }, keep: { type: 'boolean', default: false } } as const
  try {
    const { platform, keep } = parseArgs({ options }).values
    if (platform === 'auto' || platform === 'simulated') return { platform, keep }
    return refuse(`--platform is 'auto' or 'simulated', not '${platform}'.`)
  } catch (error) {
    return refuse((error as Error).message)
  }
}

function refuse(fault: string): never {
  process.stderr.write(`${fault}\nPossible are: npm run demo -- [--platform auto|simulated] [--keep]\n`)
  process.exit(64)
}
