/** The commands of those who look after a broker, and what everybody does with their own account. Each returns the exit code. */
import type { Schemas } from '../client/broker-client.ts'
import { uuidOf } from './by-uuid.ts'
import type { CommandContext } from './commands.ts'
import { passwordFrom, type PasswordOptions } from './credentials.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failures.ts'
import { table, localTime } from './figures.ts'

type Identity = Schemas['Identity']

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Lists the accounts. */
export async function identities(options: { limit: number }, context: CommandContext): Promise<number> {
  const { client } = context
  const found = await client.identities({ limit: options.limit })
  showAll(found, identityLines, context)
  return EXIT.ok
}

/** Shows one account. */
export async function identity(reference: string, context: CommandContext): Promise<number> {
  showAll([await accountNamed(reference, context)], identityLines, context)
  return EXIT.ok
}

/** What an account begins with. */
export interface NewIdentity extends PasswordOptions {
  readonly role: readonly string[]
  readonly group: readonly string[]
  readonly displayName?: string
}

/** Makes an account. A password that was made here is shown once, and has to be changed at the first login. */
export async function create(username: string, options: NewIdentity, context: CommandContext): Promise<number> {
  const { client, terminal, json } = context
  const { role, group, displayName } = options
  const { password, made } = await passwordFrom(options)
  const identity = await client.createIdentity({
    username,
    password,
    ...(role.length > 0 ? { roles: role as Schemas['Role'][] } : {}),
    ...(group.length > 0 ? { groups: [...group] } : {}),
    ...(displayName === undefined ? {} : { displayName }),
    ...(made ? { mustChangePassword: true } : {}),
  })
  if (json) terminal.result(JSON.stringify({ ...identity, ...(made ? { password } : {}) }))
  else showAll([identity], identityLines, context)
  if (made && !json) terminal.say(passwordWords(username, password))
  return EXIT.ok
}

/** Changes an account. */
export async function change(
  reference: string,
  wanted: Schemas['IdentityChange'],
  context: CommandContext,
): Promise<number> {
  const { uuid } = await accountNamed(reference, context)
  showAll([await context.client.changeIdentity(uuid, wanted)], identityLines, context)
  return EXIT.ok
}

/** True to keep access tokens that would be revoked. */
export interface KeepTokens {
  readonly keepTokens?: boolean
}

const kept = ({ keepTokens = false }: KeepTokens) => (keepTokens ? { keepTokens } : {})

/** Refuses an account from now on, and cancels its executions where that is asked for. */
export function disable(
  reference: string,
  options: KeepTokens & { readonly cancel?: boolean },
  context: CommandContext,
): Promise<number> {
  const cancelled = options.cancel ? { cancelExecutions: true } : {}
  return change(reference, { disabled: true, ...kept(options), ...cancelled }, context)
}

/** Gives an account another password, which has to be changed at the next login. */
export async function resetPassword(
  reference: string,
  options: PasswordOptions & KeepTokens,
  context: CommandContext,
): Promise<number> {
  const { terminal, json } = context
  const { uuid, username } = await accountNamed(reference, context)
  const { password, made } = await passwordFrom(options)
  const identity = await context.client.changeIdentity(uuid, { password, ...kept(options) })
  if (json) terminal.result(JSON.stringify({ ...identity, ...(made ? { password } : {}) }))
  else if (made) terminal.say(passwordWords(username, password))
  else terminal.say(`${username} has the new password, and changes it at the next login.`)
  return EXIT.ok
}

/** Shows who uses how much of the quotas. */
export async function quotas(context: CommandContext): Promise<number> {
  showAll(await context.client.quotas(), quotaLines, context, 'No quotas are configured; docs/policies.md says how.')
  return EXIT.ok
}

/** Shows what was parked, the oldest first. */
export async function work({ limit }: { limit: number }, context: CommandContext): Promise<number> {
  showAll(await context.client.laidAside(limit), workLines, context, 'Nothing is parked.')
  return EXIT.ok
}

/** Lets the parked work of an execution be tried again. */
export async function retry(uuid: string, context: CommandContext): Promise<number> {
  await context.client.retryWork(uuid)
  if (context.json) context.terminal.result(JSON.stringify({ uuid, retried: true }))
  else context.terminal.say(`The parked work of ${uuid} is tried again; 'broker status ${uuid}' says how it is.`)
  return EXIT.ok
}

/** Lets nothing new into a pool, or with undefined new work again. */
export async function drain(
  reference: string,
  wanted: { readonly reason?: string } | undefined,
  { client, terminal, json }: CommandContext,
): Promise<number> {
  const all = await client.pools()
  const named = all.filter(({ name, platform }) => [name, `${platform}/${name}`].includes(reference))
  const [pool] = named
  if (!pool || named.length > 1) {
    const known = all.map(({ name, platform }) => `${platform}/${name}`).join(', ')
    const fault = pool ? `There are several pools ${reference}` : `There is no pool ${reference}`
    throw new CommandError(`${fault}; there are ${known}.`, EXIT.usage)
  }
  const changed = await client.drainPool(pool.platform, pool.name, wanted)
  const place = `${pool.platform}/${pool.name}`
  if (json) terminal.result(JSON.stringify(changed))
  else if (wanted) terminal.say(`Nothing new is offered in ${place}; 'broker admin open ${place}' ends that.`)
  else terminal.say(`${place} takes new work again.`)
  return EXIT.ok
}

/** The most entries that a page of the audit log has. */
const PAGE_MAX = 500

/** Shows the audit log, newest first; with `all`, from the newest entry to the oldest that is kept. */
export async function audit(
  options: { limit: number; all?: boolean; action?: string; actor?: string },
  context: CommandContext,
): Promise<number> {
  const { all = false, limit, ...filter } = options
  let left = all ? Number.POSITIVE_INFINITY : limit
  for await (const page of context.client.auditLog({ ...filter, pageSize: Math.min(left, PAGE_MAX) })) {
    const shown = page.slice(0, left)
    showAll(shown, auditLines, context)
    left -= shown.length
    if (left <= 0) break
  }
  return EXIT.ok
}

/** Changes one's own password. */
export async function ownPassword(
  options: PasswordOptions & KeepTokens,
  { client, terminal, json }: CommandContext,
): Promise<number> {
  const { password, made } = await passwordFrom(options)
  const { keepTokens = false } = options
  await client.changePassword({ password, ...kept(options) })
  if (json) {
    terminal.result(JSON.stringify({ type: 'password', ...(made ? { password } : {}), tokensRevoked: !keepTokens }))
    return EXIT.ok
  }
  terminal.say(made ? `Your password is ${password} from now on (shown this once).` : 'Your password is changed.')
  if (!keepTokens) terminal.say('Your access tokens are revoked.')
  terminal.say("'broker token NAME' makes an access token for the commands.")
  return EXIT.ok
}

/** Makes an access token, which is the result alone so that it can be kept by a script. */
export async function token(
  name: string,
  options: { duration?: string },
  { client, terminal, json }: CommandContext,
): Promise<number> {
  const { duration } = options
  const made = await client.createToken({ name, ...(duration === undefined ? {} : { duration }) })
  terminal.result(json ? JSON.stringify(made) : (made.token ?? ''))
  if (!json) terminal.say('Put it into the environment variable BROKER_TOKEN; it is shown this once.')
  return EXIT.ok
}

/** Says to which groups an execution or an offer set is shown; without a word about it, shows to which it is. */
export async function share(
  reference: string,
  groups: readonly string[],
  options: { none?: boolean },
  context: CommandContext,
): Promise<number> {
  const { client, terminal, json } = context
  if (options.none && groups.length > 0)
    throw new CommandError('Name groups, or --none to show it to nobody any more.', EXIT.usage)
  const uuid = await client.offerSetOf(uuidOf(reference))
  const isChange = options.none || groups.length > 0
  const sharing = isChange ? await client.share(uuid, groups) : await client.sharing(uuid)
  const { groups: shown = [] } = sharing
  if (json) terminal.result(JSON.stringify(sharing))
  else if (shown.length === 0) terminal.say('It is shown to nobody else.')
  else for (const group of shown) terminal.result(group)
  return EXIT.ok
}

/** The one account that a UUID or a user name means. */
async function accountNamed(reference: string, { client }: CommandContext): Promise<Identity> {
  if (UUID.test(reference)) return client.identity(reference.toLowerCase())
  const [found] = await client.identities({ username: reference })
  if (found) return found
  throw new CommandError(`There is no account ${reference}; 'broker admin identities' lists them.`, EXIT.usage)
}

function passwordWords(username: string, password: string): string {
  return `The password of ${username} is ${password} (shown this once; it has to be changed first, with 'broker password').`
}

export function showAll<Thing>(
  things: readonly Thing[],
  lines: (things: readonly Thing[]) => string[],
  { terminal, json }: CommandContext,
  none = 'There are none.',
): void {
  if (json) for (const thing of things) terminal.result(JSON.stringify(thing))
  else if (things.length === 0) terminal.say(none)
  else for (const line of lines(things)) terminal.result(line)
}

function identityLines(found: readonly Identity[]): string[] {
  const rows = found.map(({ uuid, username, roles = [], groups = [], issuer, disabled, mustChangePassword }) => [
    username,
    roles.join(' '),
    groups.join(' '),
    disabled ? `disabled ${localTime(disabled)}` : mustChangePassword ? 'new password' : '',
    issuer ?? '',
    uuid,
  ])
  return table(['user', 'roles', 'groups', 'state', 'issuer', 'uuid'], rows)
}

function workLines(found: readonly Schemas['Work'][]): string[] {
  const rows = found.map(({ uuid, phase, platform, doing, laidAside, reason }) => [
    ...[uuid, phase, platform, doing],
    ...[localTime(laidAside), reason],
  ])
  return table(['execution', 'phase', 'platform', 'doing', 'parked', 'reason'], rows)
}

function quotaLines(found: readonly Schemas['Quota'][]): string[] {
  const rows = found.flatMap(({ name, limits, uses = [] }) => {
    const used = uses.flatMap((use) =>
      use.limits.map(({ what, limit, used: amount = 0 }) => [
        name,
        use.username ?? use.account ?? '',
        what,
        `${amount} of ${limit}`,
      ]),
    )
    return used.length > 0 ? used : limits.map(({ what, limit }) => [name, '', what, `of ${limit}`])
  })
  return table(['quota', 'whose', 'what', 'used'], rows)
}

function auditLines(entries: readonly Schemas['AuditEntry'][]): string[] {
  return entries.map(({ time, actorName, actor, address, action, target, outcome, detail }) =>
    [
      localTime(time),
      actorName ?? actor ?? 'nobody',
      address,
      action,
      target,
      outcome === 'done' ? undefined : outcome,
      detail,
    ]
      .filter((part): part is string => part !== undefined)
      .join('  '),
  )
}
