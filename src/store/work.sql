-- name: insert
-- Gives executions to the engine, and tells the workers that there is something to do.
insert into work (execution_id, owner, platform, kind, run_at, traceparent)
select "executionId", owner, platform, kind, "runAt", traceparent
  from jsonb_to_recordset(:works)
    as w ("executionId" uuid, owner text, platform text, kind text, "runAt" timestamptz, traceparent text)
returning pg_notify('work', execution_id::text)

-- name: claim
-- Takes the lease of executions that are due and that nobody works on, or whose worker went away, as far as there is
-- room in their lanes; the latter come first. Lanes are platforms and kinds of work; in each the owners take turns, and
-- an owner for whom somebody works already has had that turn. The lines are found by going from one to the next in the
-- index, however many wait in each. The last places of a lane are only for owners for whom this worker does nothing
-- there, so these come first.
with recursive line as (
  (select platform, kind, owner from work
    where lease_owner is null and parked_at is null order by platform, kind, owner limit 1)
  union all
  select next.platform, next.kind, next.owner
    from line l cross join lateral (
      select platform, kind, owner from work
       where lease_owner is null and parked_at is null and (platform, kind, owner) > (l.platform, l.kind, l.owner)
       order by platform, kind, owner limit 1
    ) as next
), busy as (
  select platform, kind, owner, count(*) as leases from work where lease_owner is not null group by platform, kind, owner
), turns as (
  select due.execution_id, l.platform, l.kind, due.run_at,
         coalesce(b.leases, 0) + due.number as turn,
         due.number > 1 or l.platform || ' ' || l.kind || ' ' || l.owner = any(:busy::text[]) as has_some
    from line l
    left join busy b on b.platform = l.platform and b.kind = l.kind and b.owner = l.owner
    cross join lateral (
      select execution_id, run_at, row_number() over (order by run_at) as number from work
       where lease_owner is null and parked_at is null and platform = l.platform and kind = l.kind and owner = l.owner
         and run_at <= :at
       order by run_at limit greatest(:limit::integer, :roomToFetch::integer)
    ) as due
), left_in as (
  select * from unnest(:platforms::text[], :kinds::text[], :rooms::integer[]) as r (platform, kind, room)
), expired as (
  select w.execution_id, w.platform, w.kind,
         coalesce(r.room, case w.kind when 'fetch' then :roomToFetch::integer else :limit::integer end) as room,
         row_number() over (partition by w.platform, w.kind order by w.leased_until) as place
    from work w left join left_in r on r.platform = w.platform and r.kind = w.kind
   where w.lease_owner is not null and w.leased_until < :at
), retaken as (
  select platform, kind, count(*) as places from expired where place <= room group by platform, kind
), placed as (
  select t.execution_id,
         coalesce(r.room, case t.kind when 'fetch' then :roomToFetch::integer else :limit::integer end)
         - coalesce(e.places, 0)
         - case when not t.has_some then 0 when t.kind = 'fetch' then :spareFetches::integer else :spare::integer end as room,
         row_number() over (partition by t.platform, t.kind order by t.has_some, t.turn, t.run_at) as place
    from turns t
    left join left_in r on r.platform = t.platform and r.kind = t.kind
    left join retaken e on e.platform = t.platform and e.kind = t.kind
), free as (
  select w.execution_id
    from work w join placed p on p.execution_id = w.execution_id
   where p.place <= p.room and w.lease_owner is null and w.parked_at is null and w.run_at <= :at
     for update of w skip locked
), abandoned as (
  select w.execution_id
    from work w join expired e on e.execution_id = w.execution_id
   where e.place <= e.room and w.lease_owner is not null and w.leased_until < :at
     for update of w skip locked
)
update work
   set lease_owner = :owner, leased_until = :leasedUntil, fence = fence + 1,
       abandoned = abandoned + case when lease_owner is null then 0 else 1 end
 where execution_id in (select execution_id from abandoned union all select execution_id from free)
returning execution_id, owner, fence, wakes, attempts, failing_since, platform, kind, abandoned, traceparent

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
-- Gives leases back, each until an instant, or laid aside for a reason. Whoever asked for attention since the worker last
-- looked is not forgotten.
with given as (
  select "executionId" as execution_id, fence, "runAt" as run_at, attempts, "failingSince" as failing_since,
         "wakesSeen" as wakes_seen, kind, "parkedFor" as parked_for
    from jsonb_to_recordset(:given)
      as g ("executionId" uuid, fence bigint, "runAt" timestamptz, attempts integer, "failingSince" timestamptz,
            "wakesSeen" bigint, kind text, "parkedFor" text)
), held as (
  select w.execution_id
    from work w join given g on g.execution_id = w.execution_id
   where w.lease_owner = :owner and w.fence = g.fence
   order by w.execution_id
     for update of w
)
update work w
   set lease_owner = null, leased_until = null, attempts = g.attempts, failing_since = g.failing_since, abandoned = 0,
       kind = coalesce(g.kind, w.kind), parked_reason = g.parked_for,
       parked_at = case when g.parked_for is not null then :at::timestamptz end,
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
-- Asks for attention to executions now. Where it is known for which kind of work, that is other work than before: what was
-- laid aside is taken up again.
with asleep as (
  select execution_id from work where execution_id = any(:executionIds) order by execution_id for update
), woken as (
  update work w
     set run_at = least(w.run_at, :at), wakes = w.wakes + 1, kind = coalesce(:kind, w.kind),
         parked_at = case when :kind::text is null then w.parked_at end,
         parked_reason = case when :kind::text is null then w.parked_reason end
    from asleep a where w.execution_id = a.execution_id
  returning w.execution_id
)
select pg_notify('work', execution_id::text) from woken

-- name: nextDue
-- When the next execution is due outside of some lanes, and of some owners' part of others: at its time, or when the
-- lease of a worker that went away ends, which may be taken over for any owner. The lanes are compared as texts: joined to them, all that wait would be gone
-- through for the first.
select least((select run_at from work
               where lease_owner is null and parked_at is null and platform || ' ' || kind <> all(:lanes::text[])
                 and platform || ' ' || kind || ' ' || owner <> all(:owners::text[])
               order by run_at limit 1),
             (select min(leased_until) from work
               where lease_owner is not null and platform || ' ' || kind <> all(:lanes::text[]))) as at

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
-- How much there is to do: what is due, what is being done, what comes later, what was laid aside, and how long the
-- oldest has waited.
select count(*) filter (where is_free and run_at <= :at) as due,
       count(*) filter (where lease_owner is not null) as leased,
       count(*) filter (where is_free and run_at > :at) as later,
       count(*) filter (where parked_at is not null) as parked,
       coalesce(extract(epoch from :at::timestamptz - min(run_at) filter (where is_free and run_at <= :at)), 0)
         as oldest_seconds
  from (select *, lease_owner is null and parked_at is null as is_free from work) as w

-- name: parked
-- What was laid aside, the oldest first.
select w.execution_id, w.platform, w.kind, w.attempts, w.failing_since, w.parked_at, w.parked_reason, e.owner, e.name,
       e.phase
  from work w join execution e on e.id = w.execution_id
 where w.parked_at is not null
 order by w.parked_at, w.execution_id
 limit :limit

-- name: retry
-- Takes up again what was laid aside, as if it had never failed.
with parked as (
  select execution_id from work where execution_id = any(:executionIds) and parked_at is not null
   order by execution_id for update
)
update work w
   set parked_at = null, parked_reason = null, attempts = 0, failing_since = null, abandoned = 0, run_at = :at
  from parked p where w.execution_id = p.execution_id
returning w.execution_id, pg_notify('work', w.execution_id::text)
