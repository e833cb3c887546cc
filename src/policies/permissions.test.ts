import { describe, expect, it } from 'vitest'
import type { Role } from '../domain/account.ts'
import { ACCESSES, mayCall, RELATIONS, relationOf, RIGHTS, verdictOn } from './permissions.ts'

const asking = (owner: string, roles: readonly Role[] = ['user'], groups: readonly string[] = []) => ({
  owner,
  roles,
  groups,
})
const thing = { owner: 'ada', sharedWith: ['radio'] }

describe('the relation to a thing', () => {
  it.each([
    [asking('ada'), 'owner'],
    [asking('ada', ['user', 'admin']), 'owner'],
    [asking('bob', ['user', 'admin']), 'admin'],
    [asking('bob', ['operator']), 'operator'],
    [asking('bob', ['user'], ['optical', 'radio']), 'shared'],
    [asking('bob', ['user'], ['optical']), 'stranger'],
    [undefined, 'anonymous'],
  ])('of %j is %s', (who, relation) => {
    expect(relationOf(who, thing)).toBe(relation)
  })
})

describe('the matrix', () => {
  it('is this', () => {
    const rows = (['private', 'public'] as const).flatMap((reads) =>
      RELATIONS.map((relation) =>
        [reads, relation, ...RIGHTS.map((right) => `${right}: ${verdictOn(relation, right, reads)}`)].join(', '),
      ),
    )
    expect(rows).toMatchInlineSnapshot(`
      [
        "private, owner, read: allowed, update: allowed, share: allowed, enter: allowed",
        "private, admin, read: allowed, update: allowed, share: allowed, enter: forbidden",
        "private, operator, read: allowed, update: allowed, share: forbidden, enter: forbidden",
        "private, shared, read: allowed, update: forbidden, share: forbidden, enter: forbidden",
        "private, stranger, read: hidden, update: hidden, share: hidden, enter: hidden",
        "private, anonymous, read: unauthenticated, update: unauthenticated, share: unauthenticated, enter: unauthenticated",
        "public, owner, read: allowed, update: allowed, share: allowed, enter: allowed",
        "public, admin, read: allowed, update: allowed, share: allowed, enter: forbidden",
        "public, operator, read: allowed, update: allowed, share: forbidden, enter: forbidden",
        "public, shared, read: allowed, update: forbidden, share: forbidden, enter: forbidden",
        "public, stranger, read: allowed, update: forbidden, share: forbidden, enter: forbidden",
        "public, anonymous, read: allowed, update: unauthenticated, share: unauthenticated, enter: unauthenticated",
      ]
    `)
  })
  it('lets into routes those who have the role', () => {
    const who = {
      anonymous: undefined,
      user: asking('bob'),
      operator: asking('bob', ['operator']),
      admin: asking('bob', ['admin']),
    }
    const rows = Object.entries(who).map(([name, one]) =>
      [name, ...ACCESSES.map((access) => `${access}: ${mayCall(one, access, 'private')}`)].join(', '),
    )
    expect(rows).toMatchInlineSnapshot(`
      [
        "anonymous, public: allowed, anybody: allowed, reader: unauthenticated, newcomer: unauthenticated, caller: unauthenticated, operator: unauthenticated, admin: unauthenticated",
        "user, public: allowed, anybody: allowed, reader: allowed, newcomer: allowed, caller: allowed, operator: forbidden, admin: forbidden",
        "operator, public: allowed, anybody: allowed, reader: allowed, newcomer: allowed, caller: allowed, operator: allowed, admin: forbidden",
        "admin, public: allowed, anybody: allowed, reader: allowed, newcomer: allowed, caller: allowed, operator: allowed, admin: allowed",
      ]
    `)
    expect(mayCall(undefined, 'reader', 'public')).toBe('allowed')
    expect(mayCall(undefined, 'caller', 'public')).toBe('unauthenticated')
  })
})
