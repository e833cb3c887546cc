-- name: changedSince
-- What was learned from an instant on, newest first.
select key, mean, deviation, count, updated_at from estimate
 where updated_at >= :since order by updated_at desc limit :limit

-- name: lock
-- Some estimates, locked in one order, so that two brokers that learn the same do not lose or block each other.
select key, mean, deviation, count, updated_at from estimate where key = any(:keys) order by key for update

-- name: keep
-- Keeps estimates. One that another broker made first in between stays as that one made it: both are as good.
insert into estimate (key, mean, deviation, count, updated_at)
select key, mean, deviation, count, :at
  from jsonb_to_recordset(:estimates) as e (key text, mean double precision, deviation double precision, count bigint)
 order by key
on conflict (key) do update
   set mean = excluded.mean, deviation = excluded.deviation, count = excluded.count, updated_at = excluded.updated_at

-- name: forget
-- Forgets some estimates that nothing was learned about for a long time.
delete from estimate
 where key in (select key from estimate where updated_at < :before order by updated_at limit :limit for update skip locked)
returning key
