-- name: lock
-- Lets one transaction at a time count for these accounts; held to its end. The order avoids deadlocks.
select pg_advisory_xact_lock(key)
  from (select distinct hashtextextended(account, 7239803) as key from unnest(:accounts::text[]) as a (account) order by key) as k

-- name: groups
-- The groups that an offer set counts for.
select group_name from offer_set_group where offer_set_id = :offerSetId

-- name: use
-- What a user or a group uses: what is being done counts with all that was promised, what has ended with what it really
-- took, and an open offer set with the most of each that one of its offers takes. Of a group, ids grow with time, so that
-- what is too old to count is not looked at. Only the parts for the kind of account are carried out.
with counted as (
  select offer_set_id, plan, false as open, started_at, ended_at, given_back_at, expires_at from execution
   where :of = 'user' and owner = :name and start_at is not null and given_back_at is null
  union all
  select offer_set_id, plan, false, started_at, ended_at, given_back_at, expires_at from execution
   where :of = 'user' and owner = :name and start_at is not null and given_back_at >= :since
  union all
  select offer_set_id, plan, true, started_at, ended_at, given_back_at, expires_at from execution
   where :of = 'user' and owner = :name and phase = 'OFFERED' and expires_at >= :at
  union all
  select e.offer_set_id, e.plan, e.phase = 'OFFERED', e.started_at, e.ended_at, e.given_back_at, e.expires_at
    from offer_set_group g join execution e on e.offer_set_id = g.offer_set_id
   where :of = 'group' and g.group_name = :name and g.offer_set_id >= :lowestId
     and case when e.start_at is not null then e.given_back_at is null or e.given_back_at >= :since
              else e.phase = 'OFFERED' and e.expires_at >= :at
         end
), measured as (
  select open, offer_set_id, given_back_at is null as live, expires_at,
         (plan #>> '{compute,cores}')::bigint as cores,
         (plan #>> '{compute,memoryGib}')::bigint as memory,
         (select coalesce(sum((s ->> 'sizeGib')::bigint), 0) from jsonb_array_elements(plan -> 'storage') as s) as storage,
         case when given_back_at is null then (plan #>> '{slot,durationMs}')::bigint
              else coalesce((extract(epoch from ended_at - started_at) * 1000)::bigint, 0)
         end as ms
    from counted
   where offer_set_id is distinct from :except::uuid
), sets as (
  select open, live, max(cores * ms) as core_ms, max(memory * ms) as memory_gib_ms, max(storage) as storage,
         max(expires_at) as expires_at
    from measured group by offer_set_id, open, live
)
select count(*) filter (where live) as executions,
       count(*) filter (where open) as open_offer_sets,
       coalesce(sum(core_ms), 0) as core_ms,
       coalesce(sum(memory_gib_ms), 0) as memory_gib_ms,
       coalesce(sum(storage) filter (where live), 0) as storage_gib,
       coalesce(sum(core_ms) filter (where open), 0) as open_core_ms,
       coalesce(sum(memory_gib_ms) filter (where open), 0) as open_memory_gib_ms,
       coalesce(sum(storage) filter (where open), 0) as open_storage_gib,
       max(expires_at) filter (where open) as open_until_at
  from sets

-- name: busiest
-- Who has most of what is open or being done now, with the name of the account.
select e.owner, i.username
  from (select owner, count(*) as things from execution
         where (start_at is not null and given_back_at is null) or (phase = 'OFFERED' and expires_at >= :at)
         group by owner order by count(*) desc, owner limit :limit) as e
  left join identity i on i.id::text = e.owner
 order by e.things desc, e.owner
