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
-- The changes of phase of executions' components, each execution's oldest first.
select execution_id, position, event, at
  from component_history where execution_id = any(:executionIds) order by execution_id, number

-- name: move
-- Moves components, each by its event, where the table allows it from the phase it is in now, and adds to what is known
-- of those that moved. The executions are locked first, so that the numbers of their events come in the order in which
-- they are committed; the components are locked before their transition is looked up, for the reason given at the moves
-- of executions.
with wanted as (
  select "executionId" as execution_id, position, event, detail
    from jsonb_to_recordset(:moves) as m ("executionId" uuid, position smallint, event text, detail jsonb)
), owner as (
  select id from execution where id = any(:executionIds) order by id for update
), current as (
  select c.execution_id, c.position, c.phase
    from component c
    join owner on owner.id = c.execution_id
    join wanted w on w.execution_id = c.execution_id and w.position = c.position
     for update of c
), moved as (
  update component c
     set phase = t.to_phase, phase_since = :at, detail = c.detail || w.detail
    from current
    join wanted w on w.execution_id = current.execution_id and w.position = current.position
    join component_transition t on t.event = w.event and t.from_phase = current.phase
   where c.execution_id = current.execution_id and c.position = current.position
  returning c.execution_id, c.position, t.event, t.from_phase, t.to_phase
), noted as (
  insert into component_history (execution_id, position, event, from_phase, to_phase, at)
  select execution_id, position, event, from_phase, to_phase, :at from moved order by execution_id, position
)
select execution_id, position, pg_notify('execution', execution_id::text) from moved

-- name: describe
-- Adds to what is known of a component.
update component set detail = detail || :detail where execution_id = :executionId and position = :position

-- name: describeOnce
-- Adds to what is known of a component what is not known yet, and gives all that is known then.
update component set detail = :detail || detail where execution_id = :executionId and position = :position
returning detail

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
-- Notes that the platform has these components back. Their executions are locked.
update component c set given_back_at = :at
  from unnest(:executionIds::uuid[], :positions::smallint[]) as b (execution_id, position)
 where c.execution_id = b.execution_id and c.position = b.position and c.given_back_at is null
