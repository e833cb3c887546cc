/** The server of a notebook: the notebook is where its user works, and the token in a file that the server reads. */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { BrokerError } from '../../domain/errors.ts'
import { requestOfPlan } from '../../domain/execution-plan.ts'
import { workplaceOf, type Workplace } from '../../domain/notebook.ts'
import { CONFIGURATION_FILE, configurationOf, SERVER_ENVIRONMENT } from '../../domain/notebook-server.ts'
import * as components from '../../store/components.ts'
import { componentAt, type StepContext, type StepTarget } from './step.ts'
import { volumeOf } from './volumes.ts'

/** How long a token is, in bytes: nobody guesses it. */
const TOKEN_BYTES = 32

/**
 * Makes ready what the server of an interactive notebook reads, and gives the environment that it needs for that; none for
 * what is not served. May be repeated: the token that was made first stays.
 */
export async function prepareServer(
  target: StepTarget,
  { database }: StepContext,
): Promise<Readonly<Record<string, string>>> {
  const { execution, component, platform, signal } = target
  const workplace = workplaceOf(requestOfPlan(execution.plan))
  if (!workplace) return {}
  await putNotebook(target, workplace)
  const made = { token: randomBytes(TOKEN_BYTES).toString('hex') }
  const { token } = await components.describeOnce(database, execution.id, component.position, made)
  const content = Buffer.from(configurationOf(token))
  await platform.writeFile(
    volumeOf(execution.id, 'data', workplace.index),
    { path: CONFIGURATION_FILE, sizeBytes: content.length, content: Readable.from([content]) },
    signal,
  )
  return SERVER_ENVIRONMENT
}

/** Copies the notebook to where it is saved from, unless that is where it was fetched to. */
async function putNotebook(target: StepTarget, { index, name, notebook }: Workplace): Promise<void> {
  if (index === notebook) return
  const { execution, platform, signal } = target
  const fetched = componentAt(target, 'data', notebook).detail.name as string
  const found = await platform.readFile(volumeOf(execution.id, 'data', notebook), fetched, signal)
  if (!found) throw new BrokerError('PLATFORM_REFUSED', `the notebook ${fetched} is not there any more`)
  try {
    await platform.writeFile(volumeOf(execution.id, 'data', index), { path: name, ...found, writable: true }, signal)
  } finally {
    // A platform that is not even asked reads nothing.
    found.content.on('error', () => undefined).destroy()
  }
}
