-- name: find
-- One execution, with the groups that its offer set is shown to.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at,
       (select s.shared_with from offer_set s where s.id = e.offer_set_id) as shared_with
  from execution e where id = :id

-- name: listOfOfferSets
-- The executions of offer sets, in the order of the offers.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at
  from execution where offer_set_id = any(:offerSetIds) order by offer_set_id, position

-- name: listOpen
-- The open offers of sets, each set's in their order.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at
  from execution where offer_set_id = any(:offerSetIds) and phase = 'OFFERED' order by offer_set_id, position

-- name: list
-- A page of an owner's executions, newest first; offers that were never accepted are not among them unless asked for. The page ends
-- where its bytes would be more, with one entry at least: sums over rows that are left out read nothing of their plans.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at,
       goes_on
  from (select *, row_number() over w as place, sum(greatest(bytes, pg_column_size(plan))) over w as page_bytes,
               lead(id) over w is not null as goes_on
          from (select *
                  from execution
                 where owner = :owner
                   and (case when :phases::text[] is null then start_at is not null else phase = any(:phases) end)
                   and (:before::uuid is null or id < :before)
                   and (:createdAfter::timestamptz is null or (created_at > :createdAfter and id >= :lowestId::uuid))
                   and (:name::text is null or name like :name)
                 order by id desc
                 limit :limit::integer + 1) as e
        window w as (order by id desc)) as e
 where place = 1 or (place <= :limit and page_bytes <= :bytes)
 order by id desc

-- name: listShared
-- A page of others' executions that groups are shown, newest first; offers that were never accepted are not among
-- them unless asked for.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at,
       goes_on
  from (select *, row_number() over w as place, sum(greatest(bytes, pg_column_size(plan))) over w as page_bytes,
               lead(id) over w is not null as goes_on
          from (select *
                  from execution
                 where offer_set_id in (select id from offer_set where shared_with && :groups::text[] and shared_with <> '{}')
                   and owner <> :owner
                   and (case when :phases::text[] is null then start_at is not null else phase = any(:phases) end)
                   and (:before::uuid is null or id < :before)
                   and (:createdAfter::timestamptz is null or (created_at > :createdAfter and id >= :lowestId::uuid))
                   and (:name::text is null or name like :name)
                 order by id desc
                 limit :limit::integer + 1) as e
        window w as (order by id desc)) as e
 where place = 1 or (place <= :limit and page_bytes <= :bytes)
 order by id desc

-- name: listAny
-- A page of the executions of some owners, or of everybody, newest first; offers that were never accepted are not
-- among them unless asked for.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at,
       goes_on
  from (select *, row_number() over w as place, sum(greatest(bytes, pg_column_size(plan))) over w as page_bytes,
               lead(id) over w is not null as goes_on
          from (select *
                  from execution
                 where (:owners::text[] is null or owner = any(:owners))
                   and (case when :phases::text[] is null then start_at is not null else phase = any(:phases) end)
                   and (:before::uuid is null or id < :before)
                   and (:createdAfter::timestamptz is null or (created_at > :createdAfter and id >= :lowestId::uuid))
                   and (:name::text is null or name like :name)
                 order by id desc
                 limit :limit::integer + 1) as e
        window w as (order by id desc)) as e
 where place = 1 or (place <= :limit and page_bytes <= :bytes)
 order by id desc

-- name: move
-- Moves executions, each by its event, where the table allows it from the phase it is in now. An execution that is not
-- among the rows that come back does not exist, or its phase does not allow the event; the caller tells which. They
-- are locked first: of an update that had to wait, PostgreSQL looks at the new phase but keeps the transition that it
-- had found for the old one, so an event that both phases allow would be lost.
with wanted as (
  select id, event from unnest(:ids::uuid[], :events::text[]) as w (id, event)
), current as (
  select id, phase from execution where id = any(:ids) order by id for update
), moved as (
  update execution e
     set phase = t.to_phase, phase_since = :at, modified_at = :at
    from current c
    join wanted w on w.id = c.id
    join execution_transition t on t.event = w.event and t.from_phase = c.phase
   where e.id = c.id
  returning e.id, t.event, t.from_phase, t.to_phase
), noted as (
  insert into execution_history (execution_id, event, from_phase, to_phase, at)
  select id, event, from_phase, to_phase, :at from moved
)
select id, from_phase, to_phase, pg_notify('execution', id::text) from moved

-- name: accept
-- Accepts offers that have not expired, fixes their start, moves them on by the event that follows at once, where there is
-- one, and withdraws the other open offers of their sets. One that does not come back as accepted is not OFFERED any more,
-- or it is too late, or the account of its owner is disabled. The sets are locked.
with moved as (
  update execution e
     set phase = t.to_phase, phase_since = :at, modified_at = :at, start_at = o."startAt", prepare_at = o."prepareAt",
         earliest_at = o."earliestAt"
    from jsonb_to_recordset(:offers)
      as o (id uuid, "startAt" timestamptz, "prepareAt" timestamptz, "earliestAt" timestamptz, next text),
         lateral (
           select a.event, a.from_phase, a.to_phase as accepted, n.event as next, coalesce(n.to_phase, a.to_phase) as to_phase
             from execution_transition a
             left join execution_transition n on n.event = o.next and n.from_phase = a.to_phase
            where a.event = 'accept'
         ) as t
   where e.id = o.id and t.from_phase = e.phase and e.expires_at >= :at
     -- One by one, so that accounts are found by their index. Without identities an owner is no UUID.
     and (select i.disabled_at from identity i
           where i.id = case when e.owner ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then e.owner::uuid end) is null
  returning e.id, e.offer_set_id, t.event, t.from_phase, t.accepted, t.next, t.to_phase
), withdrawn as (
  update execution e
     set phase = t.to_phase, phase_since = :at, modified_at = :at
    from moved m, execution_transition t
   where e.offer_set_id = m.offer_set_id and e.id <> m.id and t.event = 'withdraw' and t.from_phase = e.phase
  returning e.id, t.event, t.from_phase, t.to_phase
), noted as (
  insert into execution_history (execution_id, event, from_phase, to_phase, at)
  select id, event, from_phase, to_phase, :at
    from (select id, event, from_phase, accepted as to_phase, 1 as number from moved
          union all
          select id, next, accepted, to_phase, 2 from moved where next is not null
          union all
          select id, event, from_phase, to_phase, 1 from withdrawn) as h
   order by id, number
)
select id, true as accepted, from_phase, to_phase, pg_notify('execution', id::text) from moved
union all
select id, false, from_phase, to_phase, pg_notify('execution', id::text) from withdrawn

-- name: expire
-- Ends the open offers of some sets whose time is over. The sets are locked.
with moved as (
  update execution e
     set phase = t.to_phase, phase_since = :at, modified_at = :at
    from execution_transition t
   where e.offer_set_id = any(:offerSetIds) and e.expires_at < :at and t.event = 'expire' and t.from_phase = e.phase
  returning e.id, e.offer_set_id, t.event, t.from_phase, t.to_phase
), noted as (
  insert into execution_history (execution_id, event, from_phase, to_phase, at)
  select id, event, from_phase, to_phase, :at from moved
)
select id, offer_set_id, from_phase, to_phase, pg_notify('execution', id::text) from moved

-- name: nextExpiry
-- When the next open offer ends.
select min(expires_at) as at from execution where phase = 'OFFERED'

-- name: lock
-- Keeps others from changing executions, to the end of the transaction, and gives them as they are. The order avoids
-- deadlocks.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at
  from execution where id = any(:ids) order by id for update

-- name: start
-- Starts programs: notes when they began and when each has to end, which is noted once, and moves the executions where
-- their phase allows it. They are locked.
with t as (
  select e.id, s."endAt" as end_at, x.event, e.phase as from_phase, x.to_phase is not null as moves,
         coalesce(x.to_phase, e.phase) as to_phase
    from jsonb_to_recordset(:starts) as s (id uuid, "endAt" timestamptz)
    join execution e on e.id = s.id
    left join execution_transition x on x.event = 'start' and x.from_phase = e.phase
   where e.started_at is null
), moved as (
  update execution e
     set phase = t.to_phase, phase_since = case when t.moves then :at else e.phase_since end, modified_at = :at,
         started_at = :at, end_at = t.end_at
    from t
   where e.id = t.id and e.started_at is null
  returning e.id, t.event, t.from_phase, t.to_phase, t.moves
), noted as (
  insert into execution_history (execution_id, event, from_phase, to_phase, at)
  select id, event, from_phase, to_phase, :at from moved where moves
)
select id, from_phase, to_phase, pg_notify('execution', id::text) from moved where moves

-- name: end
-- Notes when programs ended, if they were started, and their exit codes, if they are known, each once; and moves the
-- executions by the event of each, where there is one and their phase allows it.
with ended as (
  select id, "endedAt" as ended_at, "exitCode" as exit_code, event
    from jsonb_to_recordset(:ends) as n (id uuid, "endedAt" timestamptz, "exitCode" integer, event text)
), current as (
  select e.id, e.phase from execution e join ended n on n.id = e.id order by e.id for update of e
), t as (
  select n.id, n.ended_at, n.exit_code, n.event, c.phase as from_phase, x.to_phase is not null as moves,
         coalesce(x.to_phase, c.phase) as to_phase
    from ended n
    join current c on c.id = n.id
    left join execution_transition x on x.event = n.event and x.from_phase = c.phase
), moved as (
  update execution e
     set phase = t.to_phase, phase_since = case when t.moves then :at else e.phase_since end, modified_at = :at,
         ended_at = coalesce(e.ended_at, case when e.started_at is not null then t.ended_at end),
         exit_code = coalesce(e.exit_code, t.exit_code)
    from t
   where e.id = t.id and (t.moves or e.ended_at is null or e.exit_code is null)
  returning e.id, t.event, t.from_phase, t.to_phase, t.moves
), noted as (
  insert into execution_history (execution_id, event, from_phase, to_phase, at)
  select id, event, from_phase, to_phase, :at from moved where moves
)
select id, from_phase, to_phase, pg_notify('execution', id::text) from moved where moves

-- name: giveBack
-- Notes that the platform has everything back of these executions, and completes those that were releasing it.
with current as (
  select id, phase from execution where id = any(:ids) and given_back_at is null order by id for update
), t as (
  select c.id, x.event, c.phase as from_phase, x.to_phase is not null as moves, coalesce(x.to_phase, c.phase) as to_phase
    from current c left join execution_transition x on x.event = 'complete' and x.from_phase = c.phase
), moved as (
  update execution e
     set phase = t.to_phase, given_back_at = :at, phase_since = case when t.moves then :at else e.phase_since end,
         modified_at = case when t.moves then :at else e.modified_at end
    from t
   where e.id = t.id and e.given_back_at is null
  returning e.id, t.event, t.from_phase, t.to_phase, t.moves
), noted as (
  insert into execution_history (execution_id, event, from_phase, to_phase, at)
  select id, event, from_phase, to_phase, :at from moved where moves
)
select id, from_phase, to_phase, pg_notify('execution', id::text) from moved

-- name: lockUnlessBusy
-- As `lock`, of one execution and without waiting; no row when somebody else has it locked.
select id, offer_set_id, position, owner, name, description, phase, phase_since, created_at, modified_at, expires_at,
       plan, start_at, prepare_at, started_at, end_at, ended_at, exit_code, given_back_at, compacted_at
  from execution where id = :id for update skip locked

-- name: ahead
-- The accepted executions of a pool whose start lies ahead and may be earlier, with what each holds; where it is said what
-- is free now, without those that need more of something that they do not hold yet. Owners take turns, so that nobody's
-- many crowd out the others; of each owner the oldest offers come first.
select e.id, e.offer_set_id, e.owner, e.start_at, e.prepare_at, (e.plan -> 'slot' ->> 'prepareMs')::bigint as prepare_ms,
       e.phase = 'PREPARING'
         and not exists (select from component c where c.execution_id = e.id and c.phase <> 'AVAILABLE') as is_ready,
       jsonb_agg(jsonb_build_array(b.resource, b.amount, (extract(epoch from b.from_at) * 1000)::bigint,
                                   (extract(epoch from b.to_at) * 1000)::bigint)) as holds
  from execution e join booking b on b.offer_set_id = e.offer_set_id and b.pool_id = :poolId
 where e.phase in ('ACCEPTED', 'WAITING', 'PREPARING') and e.start_at > :at and e.earliest_at <= :at
   and (:ids::uuid[] is null or e.id = any(:ids))
 group by e.id
having :free::jsonb is null or bool_and(b.from_at <= :at or b.amount <= (:free::jsonb ->> b.resource)::bigint)
 order by row_number() over (partition by e.owner order by e.id), e.id
 limit :limit

-- name: startEarly
-- Makes the start of accepted executions earlier, and notes when each has to end. They are locked.
update execution e
   set start_at = :at, prepare_at = least(e.prepare_at, :at), end_at = s."endAt", modified_at = :at
  from jsonb_to_recordset(:starts) as s (id uuid, "endAt" timestamptz)
 where e.id = s.id
returning e.id, pg_notify('execution', e.id::text)

-- name: prepareEarly
-- Makes the preparation of accepted executions begin now. They are locked.
update execution set prepare_at = :at, modified_at = :at where id = any(:ids)
returning id, pg_notify('execution', id::text)

-- name: change
-- Changes what is promised and, once the program runs, when it has to end. The execution is locked.
update execution set plan = :plan, end_at = :endAt, modified_at = :at
 where id = :id
returning id, pg_notify('execution', id::text)

-- name: rename
-- Changes the name or the description; what is null stays. No row back: it has these already.
update execution set name = coalesce(:name, name), description = coalesce(:description, description), modified_at = :at,
       bytes = greatest(bytes + coalesce(octet_length(:description) - coalesce(octet_length(description), 0), 0),
                        pg_column_size(plan))
 where id = :id and (name is distinct from coalesce(:name, name) or description is distinct from coalesce(:description, description))
returning id, pg_notify('execution', id::text)

-- name: history
-- The phases that executions were in, oldest first, without the first.
select h.execution_id, h.number, h.event, h.from_phase, h.to_phase, h.at, t.cause
  from execution_history h join execution_transition t using (event, from_phase)
 where h.execution_id = any(:ids) order by h.execution_id, h.number

-- name: running
-- The executions whose program should be running on a platform.
select id from execution where phase = 'AVAILABLE' and plan ->> 'platform' = :platform

-- name: stillHeld
-- Which of these executions exist and have not given everything back.
select id from execution where id = any(:ids) and given_back_at is null

-- name: openSetsOf
-- Some offer sets of an owner that have open offers.
select distinct offer_set_id from execution where owner = :owner and phase = 'OFFERED' order by offer_set_id limit :limit

-- name: goingOn
-- Some accepted executions of an owner that have not ended.
select id from execution
 where owner = :owner and start_at is not null and given_back_at is null
   and phase in ('ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE')
 order by id limit :limit

-- name: phases
-- How many offers are open, and how many accepted executions have not released everything, by their phase.
select phase, count(*) as count from execution where start_at is not null and given_back_at is null group by phase
union all
select phase, count(*) from execution where phase = 'OFFERED' group by phase
