/** The open mode of a broker on one's own machine: whoever reaches it is the local user. */
import type { IdentitySource } from '../identity.ts'

/** Everybody is `local`. Only for a broker that listens on loopback. */
export const openIdentity: IdentitySource = { identify: async () => ({ owner: 'local' }) }
