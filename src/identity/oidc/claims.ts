/** From the claims of a token, which its issuer vouches for, to the caller. Pure. */
import type { Account, Role } from '../../domain/account.ts'
import { USERNAME } from '../../domain/account.ts'
import { takenGroups } from '../taken-groups.ts'
import type { IssuerConfig } from './issuer.ts'

export type Claims = Readonly<Record<string, unknown>>

/** Somebody whom an issuer vouches for. */
export interface Subject {
  readonly subject: string
  /** The name that people use; undefined when nothing that the issuer says can be a user name. */
  readonly username: string | undefined
  readonly displayName: string | undefined
  readonly groups: readonly string[]
}

/** The user that the claims speak of; undefined when they do not say, or say more groups than are taken. */
export function subjectOf(claims: Claims, { usernameClaim, groupsClaim }: IssuerConfig): Subject | undefined {
  const subject = text(claims.sub)
  const groups = groupsOf(claims[groupsClaim])
  if (subject === undefined || groups === undefined) return undefined
  return {
    subject,
    username: [claims[usernameClaim], claims.preferred_username, claims.username].find(isUsername),
    displayName: text(claims.name)?.slice(0, 200),
    groups,
  }
}

/** The groups that an issuer asserts: a list, or a text with spaces between. What is neither asserts nothing; undefined for too many. */
function groupsOf(claim: unknown): readonly string[] | undefined {
  return takenGroups(typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? (claim as unknown[]) : [])
}

/** The roles of an account, and those that its groups bring with them. */
export function rolesOf(account: Account, groups: readonly string[], config: IssuerConfig): readonly Role[] {
  const among = (which: readonly string[]) => which.some((group) => groups.includes(group))
  const brought: readonly Role[] = [
    ...(among(config.operatorGroups) ? (['operator'] as const) : []),
    ...(among(config.adminGroups) ? (['admin'] as const) : []),
  ]
  return [...new Set([...account.roles, ...brought])]
}

/** A text that can be kept and shown. */
function text(claim: unknown): string | undefined {
  return typeof claim === 'string' && /^\P{Cc}{1,255}$/u.test(claim) ? claim : undefined
}

/** True for a name that can stand in a header and a log. What people call somebody is no key, so it need not be unique. */
const isUsername = (claim: unknown): claim is string => typeof claim === 'string' && USERNAME.test(claim)
