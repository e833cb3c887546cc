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
-- Makes the table hold the transitions of src/domain.
insert into execution_transition (event, from_phase, to_phase, cause)
select event, "from", "to", cause from jsonb_to_recordset(:rows) as t (event text, "from" text, "to" text, cause text)
on conflict (event, from_phase) do update set to_phase = excluded.to_phase, cause = excluded.cause

-- name: loadComponentTransitions
-- Makes the table hold the transitions of src/domain.
insert into component_transition (event, from_phase, to_phase, cause)
select event, "from", "to", cause from jsonb_to_recordset(:rows) as t (event text, "from" text, "to" text, cause text)
on conflict (event, from_phase) do update set to_phase = excluded.to_phase, cause = excluded.cause
