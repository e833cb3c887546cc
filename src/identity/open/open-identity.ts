/** The open mode of a broker on one's own machine: whoever reaches it is the local user, who may do everything. */
import { ROLES } from '../../domain/account.ts'
import type { IdentitySource } from '../identity.ts'

/** Everybody is `local`. Only for a broker that listens on loopback. */
export const openIdentity: IdentitySource = {
  challenges: [],
  identify: async () => ({
    owner: 'local',
    username: undefined,
    roles: ROLES,
    groups: [],
    means: 'open',
    mustChangePassword: false,
  }),
}
