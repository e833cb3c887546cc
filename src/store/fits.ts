/** Properties that a database has to have before a broker can use it, each with what to do where it is missing. */

/** A database on a server and the role that the broker has there. */
export interface ServerFacts {
  /** `server_version_num`, such as 150018. */
  readonly number: number
  readonly version: string
  /** `server_encoding` of the database. */
  readonly encoding: string
  readonly database: string
  readonly role: string
  /** The schema in which tables are made; null where the role may use none. */
  readonly schema: string | null
  /** Null where there is no such schema. */
  readonly mayMakeTables: boolean | null
  /** Whose the tables of a broker are; null where there are none yet. */
  readonly owner: string | null
  readonly isOwner: boolean | null
}

/** The columns of `ServerFacts` for the database of a connection. */
export const FACTS = `
  select current_setting('server_version_num')::int as number,
         current_setting('server_version') as version,
         current_setting('server_encoding') as encoding,
         current_database() as database,
         current_user as role,
         current_schema() as schema,
         has_schema_privilege(current_schema(), 'create') as "mayMakeTables",
         (select pg_get_userbyid(relowner) from pg_class where oid = to_regclass('migration')) as owner,
         (select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass('migration')) as "isOwner"`

const OLDEST_VERSION = 140_000

/** The reason why a broker cannot use a database, with what to do, for the operator; undefined where it can. */
export function unfit(facts: ServerFacts): string | undefined {
  const { database, role, schema, owner } = facts
  if (facts.number < OLDEST_VERSION) return `The database is PostgreSQL ${facts.version}; the broker needs 14 or later.`
  if (facts.encoding !== 'UTF8')
    return (
      `The database ${database} has the encoding ${facts.encoding}, in which not every name can be written; make one with ` +
      `"create database NAME owner ${role} encoding 'UTF8' template template0".`
    )
  if (owner !== null && facts.isOwner === false)
    return (
      `The tables of the broker in the database ${database} belong to ${owner}, and ${role} may not change them; restore ` +
      `a copy with "pg_restore --no-owner --role=${role}", or let the broker be ${owner}.`
    )
  if (owner === null && facts.mayMakeTables !== true)
    return (
      `The role ${role} may not make tables in ${schema === null ? 'any schema' : `the schema ${schema}`} of the database ` +
      `${database}; make it the owner with "alter database ${database} owner to ${role}".`
    )
  return undefined
}
