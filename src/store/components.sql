-- name: accept
-- Makes the components of executions whose offers were accepted just now: as long as those were open, they were
-- INITIALIZING, and there was nothing to be kept of them.
with made as (
  insert into component (execution_id, position, family, phase, phase_since)
  select c."executionId", c.position, c.family, t.to_phase, :at
    from jsonb_to_recordset(:components) as c ("executionId" uuid, position smallint, family text), component_transition t
   where t.event = 'accept' and t.from_phase = 'INITIALIZING'
  returning execution_id, position, phase
)
insert into component_history (execution_id, position, event, from_phase, to_phase, at)
select execution_id, position, 'accept', 'INITIALIZING', phase, :at from made order by execution_id, position

-- name: list
-- The components of executions, in their order.
select execution_id, position, family, phase, phase_since, detail, given_back_at
  from component where execution_id = any(:executionIds) order by execution_id, position

-- name: changes
-- The changes of phase of an execution's components, oldest first.
select position, event, at from component_history where execution_id = :executionId order by number

-- name: move
-- Moves components by one event, where the table allows it from the phase each is in now, and adds to what is known
-- of those that moved. The execution is locked
-- first, so that the numbers of its events come in the order in which they are committed; the components are locked
-- before their transition is looked up, for the reason given at the moves of executions.
with owner as (
  select id from execution where id = :executionId for update
), current as (
  select c.position, c.phase
    from component c join owner on owner.id = c.execution_id
   where c.position = any(:positions)
     for update of c
), moved as (
  update component c
     set phase = t.to_phase, phase_since = :at, detail = c.detail || :detail::jsonb
    from current join component_transition t on t.event = :event and t.from_phase = current.phase
   where c.execution_id = :executionId and c.position = current.position
  returning c.position, t.event, t.from_phase, t.to_phase
), noted as (
  insert into component_history (execution_id, position, event, from_phase, to_phase, at)
  select :executionId, position, event, from_phase, to_phase, :at from moved
)
select position, from_phase, to_phase, pg_notify('execution', :executionId::text) from moved

-- name: describe
-- Adds to what is known of a component.
update component set detail = detail || :detail where execution_id = :executionId and position = :position

-- name: describeWhenOver
-- Adds to what is known of a component of an execution whose time is over, if that is still so: it may just have got
-- longer.
with over as (
  select id from execution where id = :executionId and phase = 'AVAILABLE' and end_at <= :at for update
)
update component set detail = detail || :detail
 where execution_id in (select id from over) and position = :position
returning position

-- name: giveBack
-- Notes that the platform has these components back.
update component set given_back_at = :at
 where execution_id = :executionId and position = any(:positions) and given_back_at is null
