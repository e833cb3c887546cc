-- name: lock
-- Lets one process migrate at a time; held to the end of the transaction.
select pg_advisory_xact_lock(7239801)

-- name: applied
-- Which migrations were applied.
select number, name from migration order by number

-- name: record
-- Must come first in a migration's transaction: the key refuses a second one.
insert into migration (number, name, applied_at) values (:number, :name, :at)

-- name: loadExecutionTransitions
-- Makes the table hold the transitions of src/domain. A row that is right already is not touched: whatever writes history
-- refers to it, and a process that starts would get in the way of all others.
insert into execution_transition (event, from_phase, to_phase, cause)
select event, "from", "to", cause from jsonb_to_recordset(:rows) as t (event text, "from" text, "to" text, cause text)
 where not exists (
   select from execution_transition as known
    where (known.event, known.from_phase, known.to_phase, known.cause) = (t.event, t."from", t."to", t.cause))
on conflict (event, from_phase) do update set to_phase = excluded.to_phase, cause = excluded.cause

-- name: loadComponentTransitions
-- The same for components.
insert into component_transition (event, from_phase, to_phase, cause)
select event, "from", "to", cause from jsonb_to_recordset(:rows) as t (event text, "from" text, "to" text, cause text)
 where not exists (
   select from component_transition as known
    where (known.event, known.from_phase, known.to_phase, known.cause) = (t.event, t."from", t."to", t.cause))
on conflict (event, from_phase) do update set to_phase = excluded.to_phase, cause = excluded.cause

-- name: isThere
-- Whether any migration was applied.
select to_regclass('migration') is not null as there
