/**
 * Who may do what with an offer set, an execution and everything that belongs to it: one matrix, which the routes ask and
 * the golden file of the tests is drawn from. Pure.
 */
import type { Role } from '../domain/account.ts'

/** What somebody is to a thing, from the nearest to the farthest. */
export const RELATIONS = ['owner', 'admin', 'operator', 'shared', 'stranger', 'anonymous'] as const
export type Relation = (typeof RELATIONS)[number]

/**
 * What can be done with a thing: look at it; change its phase or its name; say to which groups it is shown; enter the server
 * that it is, where whoever enters works as its owner.
 */
export const RIGHTS = ['read', 'update', 'share', 'enter'] as const
export type Right = (typeof RIGHTS)[number]

/**
 * What follows: it is done; it is refused to somebody who may know that the thing is there; the thing is not there as far
 * as the caller can tell; or the caller has to say first who it is.
 */
export type Verdict = 'allowed' | 'forbidden' | 'hidden' | 'unauthenticated'

const MATRIX: Readonly<Record<Relation, Readonly<Record<Right, Verdict>>>> = {
  owner: { read: 'allowed', update: 'allowed', share: 'allowed', enter: 'allowed' },
  admin: { read: 'allowed', update: 'allowed', share: 'allowed', enter: 'forbidden' },
  operator: { read: 'allowed', update: 'allowed', share: 'forbidden', enter: 'forbidden' },
  shared: { read: 'allowed', update: 'forbidden', share: 'forbidden', enter: 'forbidden' },
  stranger: { read: 'hidden', update: 'hidden', share: 'hidden', enter: 'hidden' },
  anonymous: { read: 'unauthenticated', update: 'unauthenticated', share: 'unauthenticated', enter: 'unauthenticated' },
}

/** The verdict on listing what belongs to others, whoever they are: as on reading what is a stranger's. */
export function verdictOnListing(asking: Asking, reads: Reads): Verdict {
  const verdict = verdictOn(relationOf(asking, { owner: '', sharedWith: [] }), 'read', reads)
  return verdict === 'hidden' ? 'forbidden' : verdict
}

/** Whether everybody may read everything, as with the prototype of the standard, or only those concerned. */
export type Reads = 'private' | 'public'

/** A thing with an owner. */
export interface Owned {
  readonly owner: string
  /** The groups that it is shown to. */
  readonly sharedWith: readonly string[]
}

/** What is known of somebody who asks; undefined for anonymous. */
export interface Asking {
  readonly owner: string
  readonly roles: readonly Role[]
  readonly groups: readonly string[]
}

/** What somebody is to a thing: the nearest that is true. */
export function relationOf(asking: Asking | undefined, thing: Owned): Relation {
  if (!asking) return 'anonymous'
  if (asking.owner === thing.owner) return 'owner'
  if (asking.roles.includes('admin')) return 'admin'
  if (asking.roles.includes('operator')) return 'operator'
  return thing.sharedWith.some((group) => asking.groups.includes(group)) ? 'shared' : 'stranger'
}

/** What follows when somebody wants to do something with a thing. */
export function verdictOn(relation: Relation, right: Right, reads: Reads): Verdict {
  const verdict = MATRIX[relation][right]
  if (reads === 'private') return verdict
  if (right === 'read') return 'allowed'
  // Where everything can be read, there is nothing to hide from a stranger.
  return verdict === 'hidden' ? 'forbidden' : verdict
}

/** What a route asks of everybody who calls it, before it is known what is called for. */
export const ACCESSES = ['public', 'anybody', 'reader', 'newcomer', 'caller', 'operator', 'admin'] as const
export type Access = (typeof ACCESSES)[number]

/**
 * Whether somebody may call a route of an access. What is public asks nobody who they are; what is for anybody knows those
 * who say so. A reader is a caller, or anybody where reads are public; a newcomer is a
 * caller who may still have the password of somebody else's making.
 */
export function mayCall(asking: Asking | undefined, access: Access, reads: Reads): Verdict {
  if (access === 'public' || access === 'anybody' || (access === 'reader' && reads === 'public')) return 'allowed'
  if (!asking) return 'unauthenticated'
  if (asking.roles.includes('admin')) return 'allowed'
  if (access === 'operator') return asking.roles.includes('operator') ? 'allowed' : 'forbidden'
  return access === 'admin' ? 'forbidden' : 'allowed'
}
