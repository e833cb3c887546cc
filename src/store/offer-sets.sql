-- name: find
-- One offer set, with the bytes of it and its offers.
select id, owner, name, description, spelling, result, messages, created_at, expires_at, shared_with,
       bytes + coalesce((select sum(greatest(e.bytes, pg_column_size(e.plan))) from execution e where e.offer_set_id = s.id), 0) as bytes
  from offer_set s where id = :id

-- name: share
-- Says to which groups an offer set and what becomes of it are shown, in the place of what was said before. No row back:
-- it is shown to these already.
update offer_set set shared_with = :groups
 where id = :id and not (shared_with @> :groups::text[] and shared_with <@ :groups::text[])
returning id

-- name: lock
-- Serialises what is done to the offers of each of these sets. The order avoids deadlocks.
select id from offer_set where id = any(:ids) order by id for update

-- name: lockDue
-- Offer sets with open offers whose time is over, locked; those that somebody else is at are left to the next turn.
select id from offer_set
 where id in (select offer_set_id from execution where phase = 'OFFERED' and expires_at < :at order by expires_at limit :limit)
 order by id
 for update skip locked

-- name: list
-- A page of an owner's offer sets, newest first; the ids grow with time. The page ends where the bytes of the sets and their
-- offers would be more, with one entry at least.
select id, owner, name, description, spelling, result, messages, created_at, expires_at, bytes, goes_on
  from (select *, row_number() over w as place, sum(bytes) over w as page_bytes, lead(id) over w is not null as goes_on
          from (select id, owner, name, description, spelling, result, messages, created_at, expires_at,
                       bytes + coalesce((select sum(greatest(e.bytes, pg_column_size(e.plan)))
                                           from execution e where e.offer_set_id = s.id), 0) as bytes
                  from offer_set s
                 where owner = :owner and (:before::uuid is null or id < :before)
                 order by id desc
                 limit :limit::integer + 1) as s
        window w as (order by id desc)) as s
 where place = 1 or (place <= :limit and page_bytes <= :bytes)
 order by id desc

-- name: delegation
-- With what the data of an offer set are moved in the name of its owner, encrypted.
select delegation from offer_set where id = :id

-- name: replaceDelegation
-- Keeps another one in its place, where it is still there.
update offer_set set delegation = :after where id = :id and delegation = :before

-- name: listShared
-- A page of others' offer sets that groups are shown, newest first; the ids grow with time.
select id, owner, name, description, spelling, result, messages, created_at, expires_at, bytes, goes_on
  from (select *, row_number() over w as place, sum(bytes) over w as page_bytes, lead(id) over w is not null as goes_on
          from (select id, owner, name, description, spelling, result, messages, created_at, expires_at,
                       bytes + coalesce((select sum(greatest(e.bytes, pg_column_size(e.plan)))
                                           from execution e where e.offer_set_id = s.id), 0) as bytes
                  from offer_set s
                 where shared_with && :groups::text[] and shared_with <> '{}' and owner <> :owner and (:before::uuid is null or id < :before)
                 order by id desc
                 limit :limit::integer + 1) as s
        window w as (order by id desc)) as s
 where place = 1 or (place <= :limit and page_bytes <= :bytes)
 order by id desc

-- name: listAny
-- A page of the offer sets of some owners, or of everybody, newest first; the ids grow with time.
select id, owner, name, description, spelling, result, messages, created_at, expires_at, bytes, goes_on
  from (select *, row_number() over w as place, sum(bytes) over w as page_bytes, lead(id) over w is not null as goes_on
          from (select id, owner, name, description, spelling, result, messages, created_at, expires_at,
                       bytes + coalesce((select sum(greatest(e.bytes, pg_column_size(e.plan)))
                                           from execution e where e.offer_set_id = s.id), 0) as bytes
                  from offer_set s
                 where (:owners::text[] is null or owner = any(:owners)) and (:before::uuid is null or id < :before)
                 order by id desc
                 limit :limit::integer + 1) as s
        window w as (order by id desc)) as s
 where place = 1 or (place <= :limit and page_bytes <= :bytes)
 order by id desc
