/** The commands around offers: asking for them, taking one, and giving them back. Each returns the exit code. */
import { ProblemError } from '../client/broker-client.ts'
import type { Execution, OfferSet, RequestDocument } from '../client/broker-client.ts'
import { asksForStart } from '../client/request-document.ts'
import { uuidOf, withExecution } from './by-uuid.ts'
import { followToEnd, showExecution, type CommandContext } from './commands.ts'
import { isRequestFile, readDocument } from './document.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError, problemLines } from './failures.ts'
import { durationInWords, localTime, secondsIn } from './figures.ts'
import { showMotd } from './motd.ts'
import { givenOptions, oneLineRequest, type OneLineOptions } from './one-line.ts'
import { OpenSets } from './open-sets.ts'
import { allMessages, earliestStart, messageLines, offerLines, promisedStart, startInWords } from './words.ts'

export interface AskOptions {
  /** Lets fields that the contract does not have be ignored. */
  readonly lenient?: boolean
}

export interface RunOptions extends AskOptions, OneLineOptions {
  readonly offer: number
  /** The latest promised start from now on; without it, `isSoonByItself` decides. */
  readonly startWithin?: string
  readonly detach?: boolean
}

/** A request, and the file that it is from, which the input and an image do not have. */
interface Wanted {
  readonly document: RequestDocument
  /** The name in messages. */
  readonly name: string
  readonly file?: string
}

/** Asks for offers, accepts one that starts soon enough, and follows it to its end; with `detach`, leaves it alone then. */
export async function run(
  what: string,
  command: readonly string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  const { client, terminal, json } = context
  const isSoon = options.startWithin === undefined ? isSoonByItself : isWithin(withinOf(options.startWithin))
  const wanted = await wantedBy(what, command, options)
  const offerSet = await askForOffers(wanted, options, context, 'stderr')
  if (offerSet.result === 'NO') return EXIT.refused
  const { offers = [] } = offerSet
  const chosen = offers[options.offer - 1]
  if (!chosen?.meta.uuid) {
    // Nobody will accept one of these any more, so they do not keep others waiting until they expire.
    await giveBack(offerSet, context)
    throw new CommandError(`There is no offer ${options.offer}; there are ${offers.length}.`, EXIT.usage)
  }
  if (!asksForStart(wanted.document) && !(await isSoonEnough(chosen, isSoon, context))) {
    await giveBack(offerSet, context)
    throw tooLate(chosen, options.startWithin ?? (maySoonStart(chosen) ? 'PT12H' : 'PT10M'))
  }
  const starts = startInWords(chosen, new Date())
  const accepted = await client.accept(chosen.meta.uuid)
  if (!json) {
    const when = /^(in|within|by) /.test(starts) ? starts : `at ${starts}`
    const orEarlier = starts.startsWith('by ') ? ', or earlier once there is room' : ''
    terminal.say(`Accepted offer ${options.offer}, which starts ${when}${orEarlier}: execution ${accepted.meta.uuid}.`)
    if (!options.detach && !maySoonStart(chosen))
      terminal.say(
        `This waits until then; Ctrl-C leaves it to itself, as --detach does, and 'broker logs -f ${accepted.meta.uuid}' shows its output later.`,
      )
  }
  if (!options.detach) return followToEnd(chosen.meta.uuid, context)
  terminal.result(json ? JSON.stringify({ type: 'execution', ...accepted }) : chosen.meta.uuid)
  return EXIT.ok
}

/** Asks for offers and shows them. */
export async function request(file: string, options: AskOptions, context: CommandContext): Promise<number> {
  if (!(await isRequestFile(file)))
    throw new CommandError(
      `There is no file ${file}; name the file of a request in YAML or JSON. If it is an image, write broker run ${file}.`,
      EXIT.usage,
    )
  const wanted = await fromFile(file)
  const { result, meta } = await askForOffers(wanted, options, context, 'stdout')
  if (result === 'NO') return EXIT.refused
  const { terminal, json } = context
  if (meta.uuid && !json) {
    terminal.say(`'broker accept UUID' accepts one of them, 'broker reject ${meta.uuid}' gives all of them back.`)
  }
  if (meta.uuid && wanted.file !== undefined) {
    const failure = await openSets(context).note(wanted.file, meta.uuid)
    if (failure !== undefined)
      terminal.say(`The next request of this file will not replace these offers, for they cannot be noted: ${failure}`)
  }
  return EXIT.ok
}

/** Accepts an offer. */
export async function accept(
  reference: string,
  options: { follow?: boolean },
  context: CommandContext,
): Promise<number> {
  const { client } = context
  const execution = await withExecution(reference, client, (uuid) => client.accept(uuid))
  if (options.follow) return followToEnd(uuidOf(reference), context)
  showExecution(execution, context)
  return EXIT.ok
}

/** Gives back one offer, or all of an offer set. */
export async function reject(reference: string, { client, terminal, json }: CommandContext): Promise<number> {
  const uuid = uuidOf(reference)
  const rejected = await client.setPhase(uuid, 'REJECTED').catch((error: unknown) => {
    if (error instanceof ProblemError && error.problem.status === 404) return client.rejectOffers(uuid)
    throw error
  })
  if (json) terminal.result(JSON.stringify(rejected))
  else terminal.say('What was offered is free for others again.')
  return EXIT.ok
}

async function wantedBy(what: string, command: readonly string[], options: RunOptions): Promise<Wanted> {
  if (!(await isRequestFile(what))) return { document: oneLineRequest(what, command, options), name: what }
  const given = givenOptions(options)
  if (command.length > 0) given.unshift('a command')
  if (given.length > 0)
    throw new CommandError(`${what} is a request and says itself what runs; leave out ${given.join(', ')}.`, EXIT.usage)
  return fromFile(what)
}

async function fromFile(file: string): Promise<Wanted> {
  const document = await readDocument(file)
  return file === '-' ? { document, name: 'The input' } : { document, name: file, file }
}

/** The place where the table of offers goes: it is the result of `request`, and beside the result of `run`. */
type TableTo = 'stdout' | 'stderr'

/** Asks for offers and shows them, or why there are none. */
async function askForOffers(
  wanted: Wanted,
  options: AskOptions,
  context: CommandContext,
  tableTo: TableTo,
): Promise<OfferSet> {
  const { terminal, json } = context
  const offerSet = await replacingEarlier(wanted, options, context)
  if (json) {
    terminal.result(JSON.stringify({ type: 'offerset', ...offerSet }))
    return offerSet
  }
  await showMotd(context)
  const { offers = [] } = offerSet
  for (const line of messageLines([...(offerSet.meta.messages ?? []), ...offers.flatMap(allMessages)]))
    terminal.say(line)
  if (offerSet.result === 'NO') terminal.say('The broker offers nothing for this request.')
  else
    for (const line of offerLines(offerSet, new Date()))
      if (tableTo === 'stdout') terminal.result(line)
      else terminal.say(line)
  return offerSet
}

/**
 * Asks for offers in the place of those that the same file was answered with before. The earlier ones are given back when
 * there are new ones, so that a slip of the pen costs nobody an offer. Where they stand in the way of the new ones, they
 * are given back and it is asked again.
 */
async function replacingEarlier(wanted: Wanted, options: AskOptions, context: CommandContext): Promise<OfferSet> {
  const { file } = wanted
  const { terminal, json } = context
  const offerSet = await ask(wanted, options, context)
  if (file === undefined) return offerSet
  const isInTheWay = messageKinds(offerSet).some((kind) => kind.endsWith(':own-open-offers'))
  if (offerSet.result === 'NO' && !isInTheWay) {
    await sayOfOpen(file, context)
    return offerSet
  }
  const wasOpen = await openSets(context).rejectEarlier(file)
  if (wasOpen && !json) terminal.say('The offers of your earlier request of this file are given back.')
  if (!wasOpen || !isInTheWay) return offerSet
  await giveBack(offerSet, context)
  return ask(wanted, options, context)
}

const messageKinds = ({ meta }: OfferSet) => (meta.messages ?? []).map(({ kind = '' }) => kind)

async function sayOfOpen(file: string, context: CommandContext): Promise<void> {
  const uuid = await openSets(context).openSet(file)
  if (uuid !== undefined && !context.json)
    context.terminal.say(
      `The offers of your earlier request of this file are still open; 'broker reject ${uuid}' gives them back.`,
    )
}

async function ask(
  { document, name }: Wanted,
  { lenient = false }: AskOptions,
  { client, json }: CommandContext,
): Promise<OfferSet> {
  return client.request(document, { isStrict: !lenient }).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.problem.status !== 400 || json) throw error
    const [first = '', ...faults] = problemLines(error)
    const isUnknown = error.problem.type.endsWith(':unknown-field')
    const goOn = isUnknown ? ['Correct them, or go on without them with --lenient.'] : []
    throw new CommandError(`${name}: ${first}`, EXIT.refused, [...faults, ...goOn])
  })
}

const openSets = ({ client, stateDirectory }: CommandContext) => new OpenSets(stateDirectory, client)

async function giveBack({ meta }: OfferSet, { client }: CommandContext): Promise<void> {
  if (meta.uuid) await client.rejectOffers(meta.uuid)
}

/** The latest start of an offer, in seconds from now; `0` is any time. */
function withinOf(text: string): number {
  if (/^(P?T?)?0[HMS]?$/i.test(text.trim())) return Infinity
  const seconds = secondsIn(text)
  if (seconds !== undefined) return seconds
  throw new CommandError(`'${text}' is not a duration such as 10m, 2h or PT10M; 0 takes any start.`, EXIT.usage)
}

/** A judgement of an offer by its start. */
type Judgement = (offer: Execution) => boolean

const isBefore = (start: string, seconds: number) => Date.parse(start) - Date.now() <= seconds * 1000

const isWithin =
  (seconds: number): Judgement =>
  (offer) =>
    isBefore(promisedStart(offer), seconds)

/** True for what starts within 10 min, and for what may start then and is promised within 12 h. */
const isSoonByItself: Judgement = (offer) => maySoonStart(offer) && isBefore(promisedStart(offer), 12 * 3600)

const maySoonStart: Judgement = (offer) => isBefore(earliestStart(offer), 10 * 60)

/** True if an offer starts soon enough; where it does not, a person is asked while the offer is good. */
async function isSoonEnough(offer: Execution, isSoon: Judgement, { terminal, json }: CommandContext): Promise<boolean> {
  if (isSoon(offer)) return true
  if (json) return false
  const start = promisedStart(offer)
  const forMs = Math.max(0, Date.parse(offer.expires ?? '') - Date.now()) || 0
  const question = `It starts at ${localTime(start)}${maySoonStart(offer) ? ' at the latest' : ''}. Accept it?`
  return (await terminal.ask(question, AbortSignal.timeout(Math.min(forMs, ASK_MS_MAX)))) === true
}

/** A question stands for an hour at most, which is longer than offers are good. */
const ASK_MS_MAX = 3_600_000

function tooLate(offer: Execution, within: string): CommandError {
  return new CommandError(
    `The offer starts at ${localTime(promisedStart(offer))}, which is not within ${durationInWords(within)}; nothing was accepted, and the offers are given back.`,
    EXIT.refused,
    ["'--start-within 2h' takes what starts within two hours at the latest, '--start-within 0' any start."],
  )
}
