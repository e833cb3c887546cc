/**
 * A user who disturbs nobody, and whom nobody may disturb: always the same small work with data that are there. How long
 * that takes to prepare is measured.
 */
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { CHECKSUM_SCRIPT, scriptRequest } from '../test/support/engine-requests.ts'
import { NobodyAnswers } from './caller.ts'
import { acceptFirst, onSimulated, type ClientSurroundings, type Wish } from './clients.ts'

export const UNDISTURBED = 'the undisturbed user'
const PATH = '/undisturbed'
const CONTENT = Buffer.from('what somebody needs\n')
const PAUSE_MS = 300

/** Works until an instant. */
export async function undisturbed(
  platform: Wish['platform'],
  untilAt: number,
  { caller, data, image, acknowledged }: ClientSurroundings,
): Promise<void> {
  data.files.set(PATH, { content: CONTENT })
  const wish = platform === 'engine' ? onEngine(data.url + PATH, image as string) : onSimulation(data.url + PATH)
  while (Date.now() < untilAt) {
    try {
      const uuid = await acceptFirst(caller, wish, acknowledged)
      if (uuid !== undefined) await caller.follow(uuid)
    } catch (error) {
      if (!(error instanceof NobodyAnswers)) throw error
    }
    await wait(PAUSE_MS)
  }
}

const SHA256 = createHash('sha256').update(CONTENT).digest('hex')
const ABOUT = { of: UNDISTURBED, fails: false, needsData: false } as const
/** So long that killed processes and a busy machine leave time to prepare it: how long that took is judged beside others. */
const OPTIONS = { duration: 'PT30S' }

function onEngine(location: string, image: string): Wish {
  const request = scriptRequest(image, CHECKSUM_SCRIPT, { ...OPTIONS, data: [location] })
  return { ...ABOUT, platform: 'engine', request, output: `${SHA256}\n` }
}

function onSimulation(location: string): Wish {
  const request = onSimulated(['sha256sum', '/data/0/content'], { ...OPTIONS, data: [location] })
  return { ...ABOUT, platform: 'simulated', request, output: `${SHA256}  /data/0/content\n` }
}
