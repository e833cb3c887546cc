/** What the site has to say to everybody: the command by which it is set, and where it is shown. */
import type { CommandContext } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failures.ts'

export interface MotdOptions {
  readonly until?: string
  readonly none?: boolean
}

/** Sets the message of the day, takes it away with `none`, or shows it. Returns the exit code. */
export async function messageOfTheDay(
  text: string | undefined,
  { until, none }: MotdOptions,
  { client, terminal, json }: CommandContext,
): Promise<number> {
  if (none && text !== undefined) throw new CommandError('Give a text, or --none to say nothing.', EXIT.usage)
  if (text === undefined && until !== undefined) throw new CommandError('Say what is said until then.', EXIT.usage)
  if (none) {
    await client.site.clearMotd()
    if (json) terminal.result('{}')
    else terminal.say('Nothing is said any more.')
    return EXIT.ok
  }
  if (text !== undefined) {
    const said = await client.site.setMotd({ text, ...(until === undefined ? {} : { until }) })
    if (json) terminal.result(JSON.stringify(said))
    else terminal.say("Everybody is told; 'broker admin motd --none' ends that.")
    return EXIT.ok
  }
  const { motd } = await client.account()
  if (json) terminal.result(JSON.stringify({ ...(motd === undefined ? {} : { text: motd }) }))
  else if (motd === undefined) terminal.say('Nothing is said.')
  else terminal.result(motd)
  return EXIT.ok
}

/** Shows people what the site has to say, beside what they asked for. */
export async function showMotd({ client, terminal, json }: CommandContext): Promise<void> {
  if (json) return
  // Whoever asked for something gets it also where this cannot be had.
  const { motd } = await client.account().catch((): { motd?: string } => ({}))
  if (motd !== undefined) terminal.say(`The site says: ${motd}`)
}
