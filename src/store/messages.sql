-- name: add
-- Says something about an execution. A message with a key takes the place of the one with the same key.
with owner as (
  select id from execution where id = :executionId for update
), said as (
  insert into message (execution_id, position, key, at, name, level, template, values, text)
  select id, :position, :key, :at, :name, :level, :template, :values, :text from owner
  on conflict (execution_id, coalesce(position, -1), key) where key is not null
  do update set number = nextval('event_number'), at = excluded.at, values = excluded.values, text = excluded.text
  returning execution_id
)
select pg_notify('execution', execution_id::text) from said

-- name: addAll
-- Says something about each of some executions, which are locked.
with said as (
  insert into message (execution_id, at, name, level, template, values, text)
  select "executionId", :at, name, level, template, values, text
    from jsonb_to_recordset(:said)
      as s ("executionId" uuid, name text, level text, template text, values jsonb, text text)
  returning execution_id
)
select pg_notify('execution', execution_id::text) from said

-- name: leaveOut
-- Removes the earliest messages with some names about an execution, and keeps the last so many.
delete from message
 where execution_id = :executionId and name = any(:names)
   and number <= (select number from message
                   where execution_id = :executionId and name = any(:names)
                   order by number desc offset :most limit 1)
returning number

-- name: list
-- What was said about executions, oldest first.
select execution_id, position, at, name, level, template, values, text
  from message where execution_id = any(:executionIds) order by number

-- name: events
-- Everything that happened to an execution after a number: changes of phase, and messages.
select number, 'phase' as type, at, null::integer as position,
       jsonb_build_object('event', event, 'from', from_phase, 'phase', to_phase) as body
  from execution_history where execution_id = :executionId and number > :after
union all
select number, 'phase', at, position, jsonb_build_object('event', event, 'from', from_phase, 'phase', to_phase)
  from component_history where execution_id = :executionId and number > :after
union all
select number, 'message', at, position,
       jsonb_build_object('name', name, 'level', level, 'template', template, 'values', values, 'text', text)
  from message where execution_id = :executionId and number > :after
order by number
limit :limit
