-- name: insert
-- Gives executions to the engine, and tells the workers that there is something to do.
insert into work (execution_id, run_at) select unnest(:executionIds::uuid[]), :runAt
returning pg_notify('work', execution_id::text)

-- name: claim
-- Takes the lease of executions that are due and that nobody works on, or whose worker went away.
with free as (
  select execution_id from work
   where lease_owner is null and run_at <= :at
   order by run_at limit :limit
   for update skip locked
), abandoned as (
  select execution_id from work
   where lease_owner is not null and leased_until < :at
   order by leased_until limit :limit
   for update skip locked
)
update work
   set lease_owner = :owner, leased_until = :leasedUntil, fence = fence + 1
 where execution_id in (select execution_id from abandoned union all select execution_id from free)
returning execution_id, fence, wakes, attempts, failing_since

-- name: renew
-- Prolongs the leases that are still the worker's; the others do not come back.
with held as (
  select execution_id from work
   where execution_id = any(:executionIds) and lease_owner = :owner
   order by execution_id
     for update
)
update work w set leased_until = :leasedUntil
  from held h
 where w.execution_id = h.execution_id and w.lease_owner = :owner
returning w.execution_id

-- name: takeBack
-- Ends all leases: nobody works on this database any more.
update work set lease_owner = null, leased_until = null where lease_owner is not null

-- name: yield
-- Gives leases back, each until an instant. Whoever asked for attention since the worker last looked is not forgotten.
with given as (
  select "executionId" as execution_id, fence, "runAt" as run_at, attempts, "failingSince" as failing_since,
         "wakesSeen" as wakes_seen
    from jsonb_to_recordset(:given)
      as g ("executionId" uuid, fence bigint, "runAt" timestamptz, attempts integer, "failingSince" timestamptz,
            "wakesSeen" bigint)
), held as (
  select w.execution_id
    from work w join given g on g.execution_id = w.execution_id
   where w.lease_owner = :owner and w.fence = g.fence
   order by w.execution_id
     for update of w
)
update work w
   set lease_owner = null, leased_until = null, attempts = g.attempts, failing_since = g.failing_since,
       run_at = case when w.wakes > g.wakes_seen then least(g.run_at, :at) else g.run_at end
  from given g join held h on h.execution_id = g.execution_id
 where w.execution_id = g.execution_id and w.lease_owner = :owner and w.fence = g.fence

-- name: remove
-- The engine has nothing more to do with executions.
with held as (
  select w.execution_id
    from work w join unnest(:executionIds::uuid[], :fences::bigint[]) as l (execution_id, fence)
      on l.execution_id = w.execution_id and l.fence = w.fence
   where w.lease_owner = :owner
   order by w.execution_id
     for update of w
)
delete from work w using held h where w.execution_id = h.execution_id

-- name: wake
-- Asks for attention to executions now.
with asleep as (
  select execution_id from work where execution_id = any(:executionIds) order by execution_id for update
), woken as (
  update work w set run_at = least(w.run_at, :at), wakes = w.wakes + 1
    from asleep a where w.execution_id = a.execution_id
  returning w.execution_id
)
select pg_notify('work', execution_id::text) from woken

-- name: nextDue
-- When the next execution is due: at its time, or when the lease of a worker that went away ends.
select least((select min(run_at) from work where lease_owner is null),
             (select min(leased_until) from work where lease_owner is not null)) as at

-- name: look
-- Executions with their components, and how often somebody asked for attention to each: all that is decided by, at one
-- instant. One whose lease is not the worker's any more does not come back.
select w.wakes,
       e.id, e.offer_set_id, e.position, e.owner, e.name, e.description, e.phase, e.phase_since, e.created_at,
       e.modified_at, e.expires_at, e.plan, e.start_at, e.prepare_at, e.started_at, e.end_at, e.ended_at, e.exit_code,
       e.given_back_at, e.compacted_at,
       (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                 'position', c.position, 'family', c.family, 'phase', c.phase, 'givenBackAt',
                 (extract(epoch from c.given_back_at) * 1000)::bigint, 'phaseSince',
                 (extract(epoch from c.phase_since) * 1000)::bigint)) || jsonb_build_object('detail', c.detail)
               order by c.position), '[]')
          from component c where c.execution_id = e.id) as parts
  from unnest(:executionIds::uuid[], :fences::bigint[]) as l (execution_id, fence)
  join work w on w.execution_id = l.execution_id and w.fence = l.fence and w.lease_owner = :owner
  join execution e on e.id = w.execution_id

-- name: queue
-- How much there is to do: what is due, what is being done, what comes later, and how long the oldest has waited.
select count(*) filter (where lease_owner is null and run_at <= :at) as due,
       count(*) filter (where lease_owner is not null) as leased,
       count(*) filter (where lease_owner is null and run_at > :at) as later,
       coalesce(extract(epoch from :at::timestamptz - min(run_at) filter (where lease_owner is null and run_at <= :at)), 0)
         as oldest_seconds
  from work
