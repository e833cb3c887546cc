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
-- Moves components, each by its event, where the table allows it from the phase it is in now, adds to what is known of
-- those that moved, and notes of those that are given back when that was, which does not depend on the phase. The executions
-- are locked first, so that the numbers of their events come in the order in which they are committed; the components are
-- locked before their transition is looked up, for the reason given at the moves of executions. Their events come in the
-- order in which they are wanted: what is ready comes before what begins because of it. Nothing begins in an execution that
-- has ended meanwhile, since what was not begun is not given back.
with wanted as (
  select execution_id, position, event, detail, given_back, place
    from rows from (
      jsonb_to_recordset(:moves) as ("executionId" uuid, position smallint, event text, detail jsonb, "givenBack" boolean)
    ) with ordinality as m (execution_id, position, event, detail, given_back, place)
), owner as (
  select id, phase from execution where id = any(:executionIds) order by id for update
), current as (
  select c.execution_id, c.position, c.phase, owner.phase as owner_phase
    from component c
    join owner on owner.id = c.execution_id
    join wanted w on w.execution_id = c.execution_id and w.position = c.position
     for update of c
), t as (
  select c.execution_id, c.position, w.event, w.detail, w.given_back, w.place, c.phase as from_phase,
         x.to_phase is not null as moves, coalesce(x.to_phase, c.phase) as to_phase
    from current c
    join wanted w on w.execution_id = c.execution_id and w.position = c.position
    left join component_transition x on x.event = w.event and x.from_phase = c.phase
     and (w.event <> 'prepare' or c.owner_phase = 'PREPARING')
), moved as (
  update component c
     set phase = t.to_phase, phase_since = case when t.moves then :at else c.phase_since end,
         detail = case when t.moves then c.detail || t.detail else c.detail end,
         given_back_at = coalesce(c.given_back_at, case when t.given_back then :at::timestamptz end)
    from t
   where c.execution_id = t.execution_id and c.position = t.position and (t.moves or t.given_back)
  returning c.execution_id, c.position, t.event, t.from_phase, t.to_phase, t.moves, t.place
), noted as (
  insert into component_history (execution_id, position, event, from_phase, to_phase, at)
  select execution_id, position, event, from_phase, to_phase, :at from moved where moves order by execution_id, place
)
select execution_id, position, pg_notify('execution', execution_id::text) from moved where moves

-- name: kept
-- The components of executions of a platform that failed before an instant, in which results stay.
select c.execution_id, c.position, c.family, c.phase, c.phase_since, c.detail, c.given_back_at
  from execution e join component c on c.execution_id = e.id
 where e.phase = 'FAILED' and e.start_at is not null and e.given_back_at is null and e.phase_since < :at
   and e.plan ->> 'platform' = :platform
   and c.given_back_at is null and (c.detail ->> 'keptUntil')::numeric > 0
 order by c.execution_id, c.position

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
