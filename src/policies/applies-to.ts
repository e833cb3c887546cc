/** Whom a policy is for: everybody, unless its configuration names users, groups or kinds. Pure. */
import { ALLOW, type Policy, type PolicyCaller, type PolicyQuestion } from './policy.ts'

/** What every policy has in its configuration. */
export interface AppliesTo {
  /** User names, in whichever case. */
  readonly users?: readonly string[] | undefined
  /** Groups, of which a caller has to be in one. */
  readonly groups?: readonly string[] | undefined
  /** Groups whose members the policy is not for. */
  readonly notGroups?: readonly string[] | undefined
  /** Kinds of executables, such as docker-container. */
  readonly kinds?: readonly string[] | undefined
}

/** Whether a policy has to be asked. */
export function appliesTo(whom: AppliesTo, { caller, request }: PolicyQuestion): boolean {
  return isForCaller(whom, caller) && (whom.kinds === undefined || whom.kinds.includes(request.executable.type))
}

/** Whether a policy is for somebody, whatever is asked for. */
export function isForCaller(
  { users, groups, notGroups = [] }: AppliesTo,
  caller: Pick<PolicyCaller, 'username' | 'groups' | 'countedGroups'>,
): boolean {
  const username = caller.username?.toLowerCase()
  const named = users?.some((user) => user.toLowerCase() === username) ?? false
  const member = groups !== undefined && groups.some((group) => isCountedIn(group, caller))
  const meant = (users === undefined && groups === undefined) || named || member
  const excepted = notGroups.some((group) => caller.groups.includes(group))
  return meant && !excepted
}

/** True for a caller who is in a group, or was when the access token was made. */
export function isCountedIn(
  group: string,
  { groups, countedGroups = [] }: Pick<PolicyCaller, 'groups' | 'countedGroups'>,
) {
  return groups.includes(group) || countedGroups.includes(group)
}

/** A policy that allows everything to whom it is not for. */
export function forThose(whom: AppliesTo, policy: Policy): Policy {
  return {
    name: policy.name,
    most: (question) => (appliesTo(whom, question) ? (policy.most?.(question) ?? {}) : {}),
    evaluate: (question, signal) => (appliesTo(whom, question) ? policy.evaluate(question, signal) : ALLOW),
  }
}
