-- name: claim
-- Takes a key for what is made in this transaction; waits for a transaction that took the same key. No row back:
-- somebody used it before. A key that was used too long ago is as good as new.
insert into idempotency (owner, key, purpose, digest, created_at)
values (:owner, :key, :purpose, :digest, :at)
on conflict (owner, key) do update
   set purpose = excluded.purpose, digest = excluded.digest, created_at = excluded.created_at,
       offer_set_id = null, execution_id = null
 where idempotency.created_at < :oldest
returning key

-- name: note
-- Notes what was made, in the transaction that took the key.
update idempotency set offer_set_id = :offerSetId, execution_id = :executionId where owner = :owner and key = :key

-- name: find
-- What a key was used for, unless that is too long ago.
select purpose, digest, offer_set_id, execution_id
  from idempotency where owner = :owner and key = :key and created_at >= :oldest

-- name: prune
-- Forgets keys that were used too long ago.
delete from idempotency
 where (owner, key) in (select owner, key from idempotency where created_at < :oldest order by created_at limit :limit)
returning 1 as forgotten
