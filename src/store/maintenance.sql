-- name: insert
-- Keeps a window, and notes in the ledgers of its pools that their capacity changed. The pools are locked.
with made as (
  insert into maintenance (id, platform, pool, from_at, to_at, most, reason)
  values (:id, :platform, :pool, :fromAt, :toAt, :most, :reason)
  returning platform, pool
), bumped as (
  update pool p set version = p.version + 1 from made m
   where p.platform = m.platform and (m.pool is null or p.name = m.pool)
  returning p.id, p.version
)
insert into pool_change (pool_id, version) select id, version from bumped

-- name: find
-- One window.
select id, platform, pool, from_at, to_at, most, reason from maintenance where id = :id

-- name: remove
-- Removes a window, and notes in the ledgers of its pools that their capacity changed. The pools are locked.
with gone as (
  delete from maintenance where id = :id returning platform, pool
), bumped as (
  update pool p set version = p.version + 1 from gone g
   where p.platform = g.platform and (g.pool is null or p.name = g.pool)
  returning p.id, p.version
), noted as (
  insert into pool_change (pool_id, version) select id, version from bumped
)
select platform from gone

-- name: list
-- The windows that are not over, the next one first.
select id, platform, pool, from_at, to_at, most, reason from maintenance where to_at > :after order by from_at, id

-- name: forget
-- Removes windows that were over before an instant. Nothing is planned there any more, so no ledger has to know.
delete from maintenance where id in (select id from maintenance where to_at < :before limit :limit) returning id

-- name: promised
-- Offers that are open and executions that hold something of a pool in a time, in the order of their ids.
select e.id, e.offer_set_id, e.owner, e.name, e.phase, e.plan, e.start_at, e.prepare_at, e.end_at
  from execution e
 where e.offer_set_id in (
         select b.offer_set_id from booking b
          where b.pool_id = :poolId and b.resource = any(:resources::text[])
            and b.to_at > :fromAt and b.from_at < :toAt)
   and (e.phase = 'OFFERED' or (not :openOnly::boolean and e.start_at is not null and e.given_back_at is null))
   and (e.plan ->> 'poolId')::integer = :poolId
   and (:after::uuid is null or e.id > :after)
 order by e.id
 limit :limit
