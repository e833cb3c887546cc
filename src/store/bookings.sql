-- name: list
-- What is held in pools, now and later. A row stays until the platform has really given the amount back.
select offer_set_id, pool_id, resource, amount, from_at, to_at from booking where pool_id = any(:poolIds)

-- name: listInTheWay
-- What others hold in a pool that may be in the way of a program that is to start now. An execution that is late and
-- has not started its program holds nothing of its slot that is over; if it did, those that are late would wait for
-- each other for ever.
select offer_set_id, pool_id, resource, amount, from_at, to_at from booking b
 where pool_id = :poolId and offer_set_id <> :offerSetId
   and (to_at > :at or exists (
     select 1 from execution e where e.offer_set_id = b.offer_set_id and e.started_at is not null))

-- name: insert
-- Holds amounts for an offer set.
insert into booking (offer_set_id, pool_id, resource, amount, from_at, to_at)
select :offerSetId, "poolId", resource, amount, "fromAt", "toAt"
  from jsonb_to_recordset(:bookings)
    as b ("poolId" integer, resource text, amount bigint, "fromAt" timestamptz, "toAt" timestamptz)

-- name: remove
-- Gives back what offer sets hold.
delete from booking where offer_set_id = any(:offerSetIds)

-- name: removeResources
-- Gives back some resources that an offer set holds.
delete from booking where offer_set_id = :offerSetId and resource = any(:resources)
