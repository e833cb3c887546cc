/** What a quota limits, and what is used of it. */

/** Whose use is counted together: everything of one user, or everything of the members of one group. */
export interface QuotaAccount {
  readonly of: 'user' | 'group'
  /** What the executions of the user belong to, or the name of the group. */
  readonly name: string
}

/** What an account uses now, and within a window. Amounts are whole numbers. */
export interface QuotaUse {
  /** Executions that were accepted and have not given everything back, and open offer sets, which may become some. */
  readonly executions: number
  /** Offer sets of which an offer can still be accepted. */
  readonly openOfferSets: number
  /** Cores times milliseconds, and GiB of memory times milliseconds. */
  readonly coreMs: number
  readonly memoryGibMs: number
  /** GiB of storage of the executions. */
  readonly storageGib: number
}

/** Use of an account, and the part of it that is due to open offers. */
export interface CountedUse extends QuotaUse {
  readonly openCoreMs: number
  readonly openMemoryGibMs: number
  readonly openStorageGib: number
  /** The instant at which the last of the open offers ends by itself; undefined where there are none. */
  readonly openUntilAt?: number
}

export const NOTHING_USED: CountedUse = {
  ...{ executions: 0, openOfferSets: 0, coreMs: 0, memoryGibMs: 0, storageGib: 0 },
  ...{ openCoreMs: 0, openMemoryGibMs: 0, openStorageGib: 0 },
}

/** The part of a use that is due to open offers. */
export function openPartOf(use: CountedUse): QuotaUse {
  return {
    executions: use.openOfferSets,
    openOfferSets: use.openOfferSets,
    coreMs: use.openCoreMs,
    memoryGibMs: use.openMemoryGibMs,
    storageGib: use.openStorageGib,
  }
}

/** What can be limited, in the words of the configuration. */
export const QUOTA_LIMITS = ['executions', 'openOfferSets', 'coreHours', 'memoryGibHours', 'storage'] as const
export type QuotaLimit = (typeof QUOTA_LIMITS)[number]

const HOUR_MS = 3_600_000

/** How much of what a quota limits is used. */
export function usedOf(use: QuotaUse, limit: QuotaLimit): number {
  switch (limit) {
    case 'executions':
      return use.executions
    case 'openOfferSets':
      return use.openOfferSets
    case 'coreHours':
      return use.coreMs / HOUR_MS
    case 'memoryGibHours':
      return use.memoryGibMs / HOUR_MS
    case 'storage':
      return use.storageGib
  }
}

/** What is limited, in words. */
export const QUOTA_WORDS: Readonly<Record<QuotaLimit, string>> = {
  executions: 'executions at once',
  openOfferSets: 'open offer sets',
  coreHours: 'core-hours',
  memoryGibHours: 'GiB-hours of memory',
  storage: 'GiB of storage',
}
