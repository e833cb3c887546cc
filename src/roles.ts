/** What a process does of all that a broker does. Any number of each share one PostgreSQL server. */
import type { Config } from './config-schema.ts'
import { BrokerError } from './domain/errors.ts'
import type { Endpoint } from './http/endpoints.ts'

/** The duties of a role. */
export interface Role {
  /** What clients find here. Without any, there are only the routes for operators. */
  readonly endpoints: readonly Endpoint[]
  /** Whether executions are moved on here, their platforms watched, and records let go. */
  readonly works: boolean
}

const ROLES: Readonly<Record<Config['role'], Role>> = {
  all: { endpoints: ['offers', 'executions'], works: true },
  offers: { endpoints: ['offers'], works: false },
  executions: { endpoints: ['executions'], works: false },
  worker: { endpoints: [], works: true },
}

/** The role of a process. Throws UNPROCESSABLE where nobody else could do the rest. */
export function roleOf({ role, database }: Config): Role {
  if (role === 'all' || database.url !== undefined) return ROLES[role]
  throw new BrokerError(
    'UNPROCESSABLE',
    `The role ${role} is for one of several processes, and the database in the data directory has room for one only; set database.url (BROKER_DATABASE_URL), or leave the role out.`,
  )
}
