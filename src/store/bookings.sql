-- name: listOf
-- What an offer set holds.
select pool_id, resource, amount, from_at, to_at from booking where offer_set_id = :offerSetId

-- name: listNotInTheWay
-- What is not in the way of programs of offer sets that are to start now, although it is held: what a set holds itself,
-- and what any holds of a slot that is over without having started its program. If that counted, those that are late
-- would wait for each other for ever.
select offer_set_id, pool_id, resource, amount, from_at, to_at from booking
 where offer_set_id = any(:offerSetIds) and pool_id = any(:poolIds)
union all
select offer_set_id, pool_id, resource, amount, from_at, to_at from booking b
 where pool_id = any(:poolIds) and to_at <= :at and offer_set_id <> all(:offerSetIds)
   and not exists (select from execution e where e.offer_set_id = b.offer_set_id and e.started_at is not null)

-- name: listStorageNotInTheWay
-- What is not in the way of storage of an offer set that is to be made now, although it is held: what the set holds
-- itself, and what others hold of a time that is over without having made their storage, or after giving it back.
select pool_id, resource, amount, from_at, to_at from booking
 where offer_set_id = :offerSetId and pool_id = :poolId and resource = 'storage'
union all
select pool_id, resource, amount, from_at, to_at from booking b
 where pool_id = :poolId and resource = 'storage' and to_at <= :at and offer_set_id <> :offerSetId
   and not exists (
     select from execution e join component c on c.execution_id = e.id
      where e.offer_set_id = b.offer_set_id and c.family = 'storage' and c.given_back_at is null
        and (c.phase in ('AVAILABLE', 'RELEASING') or c.detail @> '{"made": true}'))

-- name: keptBeside
-- The storage of a pool that other executions of an owner hold after an instant for results that stay after their end.
select coalesce(sum(b.amount), 0)::bigint as amount
  from execution e join booking b on b.offer_set_id = e.offer_set_id
 where e.owner = :owner and e.start_at is not null and e.given_back_at is null and e.phase = 'FAILED' and e.id <> :id
   and b.pool_id = :poolId and b.resource = 'storage' and b.to_at > :at
   and exists (select from component c
                where c.execution_id = e.id and c.given_back_at is null and (c.detail ->> 'keptUntil')::numeric > 0)

-- name: change
-- Makes these bookings what offer sets hold, of some resources or of all, and notes in the ledger of each pool what
-- became of that. The pools are locked in their order, so that two of these do not wait for each other. Where `open` says
-- which of the sets are open, that is noted too, and of the others that they are not.
with wanted as (
  select "offerSetId" as offer_set_id, "poolId" as pool_id, resource, amount, "fromAt" as from_at, "toAt" as to_at
    from jsonb_to_recordset(:bookings)
      as b ("offerSetId" uuid, "poolId" integer, resource text, amount bigint, "fromAt" timestamptz, "toAt" timestamptz)
), locked as materialized (
  select id from pool
   where id in (select pool_id from booking where offer_set_id = any(:offerSetIds) union select pool_id from wanted)
   order by id
   for no key update
), removed as (
  delete from booking
   where offer_set_id = any(:offerSetIds)
     and (:resources::text[] is null or resource = any(:resources))
     and pool_id in (select id from locked)
  returning offer_set_id, pool_id, resource, amount, from_at, to_at
), added as (
  insert into booking (offer_set_id, pool_id, resource, amount, from_at, to_at)
  select offer_set_id, pool_id, resource, amount, from_at, to_at from wanted where pool_id in (select id from locked)
  returning offer_set_id, pool_id, resource, amount, from_at, to_at
), changed as (
  select pool_id,
         jsonb_agg(jsonb_build_array(resource, amount, (extract(epoch from from_at) * 1000)::bigint,
                                     (extract(epoch from to_at) * 1000)::bigint)) as holds
    from (select pool_id, resource, -amount as amount, from_at, to_at from removed
          union all
          select pool_id, resource, amount, from_at, to_at from added) as c
   group by pool_id
), opened as (
  select t.pool_id, jsonb_agg(jsonb_build_array(t.offer_set_id, o.owner, o."expiresAt",
                                                case when o.owner is not null then t.holds end)) as sets
    from (select pool_id, offer_set_id,
                 coalesce(jsonb_agg(jsonb_build_array(resource, amount, (extract(epoch from from_at) * 1000)::bigint,
                                                      (extract(epoch from to_at) * 1000)::bigint))
                            filter (where amount > 0), '[]') as holds
            from (select pool_id, offer_set_id, resource, -amount as amount, from_at, to_at from removed
                  union all
                  select pool_id, offer_set_id, resource, amount, from_at, to_at from added) as c
           group by pool_id, offer_set_id) as t
    left join jsonb_to_recordset(:open) as o ("offerSetId" uuid, owner text, "expiresAt" bigint)
           on o."offerSetId" = t.offer_set_id
   where :open::jsonb is not null
   group by t.pool_id
), bumped as (
  update pool p set version = p.version + 1
    from changed c left join opened o on o.pool_id = c.pool_id
   where p.id = c.pool_id
  returning p.id, p.version, c.holds, o.sets
)
insert into pool_change (pool_id, version, holds, open) select id, version, holds, sets from bumped
returning pg_notify('pool', pool_id::text)
