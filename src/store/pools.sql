-- name: keep
-- Makes sure that a pool is there.
with made as (
  insert into pool (platform, name) values (:platform, :name) on conflict (platform, name) do nothing returning id
)
select id from made union all select id from pool where platform = :platform and name = :name limit 1

-- name: capacity
-- What is configured of a pool over time, and the windows in which there is less.
select jsonb_agg(jsonb_build_array(resource, amount, (extract(epoch from from_at) * 1000)::bigint)) as configured,
       (select windows from pool_maintenance where pool_id = :poolId) as maintenance
  from pool_capacity where pool_id = :poolId

-- name: named
-- The pools of a platform, or one of them.
select id from pool where platform = :platform and (:name::text is null or name = :name) order by id

-- name: drain
-- Lets nothing new into a pool since an instant, or lets it in again. No row back: that is so already.
update pool set drained_at = :at, drain_reason = :reason
 where id = :poolId
   and ((drained_at is null) <> (:at::timestamptz is null) or drain_reason is distinct from :reason)
returning id

-- name: drained
-- The pools in which nothing new is offered.
select id as pool_id, drained_at, drain_reason from pool where drained_at is not null

-- name: setCapacity
-- Changes the capacity of a pool from an instant on, and notes that in its ledger. Where it is that already, nothing
-- changes.
with locked as materialized (
  select id from pool where id = :poolId for no key update
), changed as (
  insert into pool_capacity (pool_id, resource, from_at, amount)
  select locked.id, resource, :at, amount
    from jsonb_to_recordset(:amounts) as a (resource text, amount bigint), locked
   where amount is distinct from (
     select c.amount from pool_capacity c
      where c.pool_id = :poolId and c.resource = a.resource and c.from_at <= :at
      order by c.from_at desc limit 1)
  on conflict (pool_id, resource, from_at) do update set amount = excluded.amount
  returning pool_id
), bumped as (
  update pool p set version = p.version + 1 where p.id in (select pool_id from changed) returning p.id, p.version
)
insert into pool_change (pool_id, version) select id, version from bumped

-- name: tell
-- Tells those who wait for capacity to look at pools.
select pg_notify('pool', id::text) from unnest(:poolIds::integer[]) as id
