/** Who uses how much of the quotas: for everybody what is their own, for those who look after the broker everybody's. */
import type { FastifyInstance } from 'fastify'
import { formatDuration } from '../domain/dates.ts'
import { usedOf, type QuotaAccount } from '../domain/quota.ts'
import type { Caller } from '../identity/identity.ts'
import { accountsOf, limitsOf, type Quota } from '../policies/quota.ts'
import { isForCaller } from '../policies/applies-to.ts'
import type { Schemas } from '../protocol/contract.ts'
import * as quotaUse from '../store/quotas.ts'
import { answer, queryInteger, type HttpContext } from './context.ts'

/** Adds the route. */
export function quotaRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock } = context

  app.get('/admin/quotas', async (request, reply) => {
    const limit = queryInteger(request, 'LAST', { min: 1, max: 500 }) ?? 50
    // Asked for each time: a configuration that is read again brings others.
    const { quotas } = context.quotas
    const owners = quotas.length > 0 ? await quotaUse.busiest(database, clock.now(), limit) : []
    return answer(request, reply, 200, {
      quotas: await Promise.all(quotas.map((quota) => presentQuota(quota, owners, context))),
    })
  })
}

type Owners = Awaited<ReturnType<typeof quotaUse.busiest>>

async function presentQuota(quota: Quota, owners: Owners, context: HttpContext): Promise<Schemas['Quota']> {
  const { name, of, users, groups, notGroups, windowMs } = quota
  const accounts =
    of === 'user'
      ? owners.map(({ owner, username }) => ({ account: { of, name: owner }, username }))
      : (groups ?? []).map((group) => ({ account: { of, name: group }, username: undefined }))
  const uses: Schemas['QuotaUse'][] = []
  // One after the other, so that a look at everything takes no connection from those who work.
  for (const { account, username } of accounts) uses.push(await useOf(quota, account, username, context))
  return {
    name,
    of,
    ...(users ? { users: [...users] } : {}),
    ...(groups ? { groups: [...groups] } : {}),
    ...(notGroups ? { notGroups: [...notGroups] } : {}),
    window: formatDuration(windowMs),
    limits: limitsOf(quota),
    ...(uses.length > 0 ? { uses } : {}),
  }
}

async function useOf(
  quota: Quota,
  account: QuotaAccount,
  username: string | undefined,
  { database, clock }: Pick<HttpContext, 'database' | 'clock'>,
): Promise<Schemas['QuotaUse']> {
  const now = clock.now()
  const use = await quotaUse.useOf(database, account, { now, since: now - quota.windowMs })
  return {
    quota: quota.name,
    of: account.of,
    account: account.name,
    ...(username === undefined ? {} : { username }),
    limits: limitsOf(quota).map(({ what, limit }) => ({ what, limit, used: Number(usedOf(use, what).toFixed(3)) })),
  }
}

/** The quotas of a caller, with what is used of them. */
export async function quotasOfCaller(caller: Caller, context: HttpContext): Promise<Schemas['QuotaUse'][]> {
  const mine = context.quotas.quotas.filter((quota) => isForCaller(quota, caller))
  const all = mine.flatMap((quota) => accountsOf(quota, caller).map((account) => ({ quota, account })))
  return Promise.all(
    all.map(({ quota, account }) =>
      useOf(quota, account, account.of === 'user' ? caller.username : undefined, context),
    ),
  )
}
