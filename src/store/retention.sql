-- name: forgetDelegations
-- Forgets what was kept for moving data in somebody's name, of some offer sets of which nothing is left to do.
update offer_set set delegation = null
 where id in (
   select id from offer_set s
    where delegation is not null
      and not exists (select from execution e
                       where e.offer_set_id = s.id
                         and (e.phase = 'OFFERED' or (e.start_at is not null and e.given_back_at is null)))
    limit :limit
    for update skip locked)
returning id

-- name: removeOffers
-- Removes some offers that were never accepted and ended before an instant.
delete from execution
 where id in (
   select id from execution
    where start_at is null and phase <> 'OFFERED' and phase_since < :before
    order by phase_since limit :limit
    for update skip locked)
returning id

-- name: removeRefused
-- Removes some answers without offers that were given before an instant. A set that was asked for with an
-- Idempotency-Key stays until the key is forgotten, here and below: whoever asks again with the key is answered with it.
delete from offer_set
 where id in (
   select id from offer_set s
    where result = 'NO' and expires_at < :before
      and not exists (select from idempotency i where i.offer_set_id = s.id)
    order by expires_at limit :limit
    for update skip locked)
returning id

-- name: removeOfferSets
-- Removes some offer sets that expired before an instant and of which no execution is left.
delete from offer_set
 where id in (
   select id from offer_set s
    where request is not null and expires_at < :before
      and not exists (select from execution e where e.offer_set_id = s.id)
      and not exists (select from booking b where b.offer_set_id = s.id)
      and not exists (select from idempotency i where i.offer_set_id = s.id)
    order by expires_at limit :limit
    for update skip locked)
returning id

-- name: compact
-- Takes what is large from some executions that gave everything back before an instant: output, progress, and the body
-- of the request.
with due as (
  select id, offer_set_id from execution
   where given_back_at is not null and compacted_at is null and given_back_at < :before
   order by given_back_at limit :limit
   for update skip locked
), output_gone as (
  delete from output where execution_id in (select id from due)
), progress_gone as (
  delete from message where execution_id in (select id from due) and name in ('data-progress', 'image-progress')
), request_gone as (
  update offer_set set request = null, bytes = pg_column_size(messages)
   where id in (select offer_set_id from due) and request is not null
)
update execution set compacted_at = :at where id in (select id from due) returning id

-- name: lockRecords
-- Some executions that were compacted and gave everything back before an instant, locked; others are left to others.
select offer_set_id from execution e
 where compacted_at is not null and given_back_at < :before
   and not exists (select from idempotency i where i.offer_set_id = e.offer_set_id)
 order by given_back_at limit :limit
 for update skip locked

-- name: removeExecutionsOf
-- Removes all executions of offer sets; at most one of each was ever accepted.
delete from execution where offer_set_id = any(:offerSetIds) and (compacted_at is not null or start_at is null)

-- name: removeEmptied
-- Removes offer sets of which no execution is left.
delete from offer_set s
 where id = any(:offerSetIds)
   and not exists (select from execution e where e.offer_set_id = s.id)
   and not exists (select from booking b where b.offer_set_id = s.id)
