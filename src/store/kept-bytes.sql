-- name: of
-- How much is kept for an owner, and in how many parts it is counted.
select coalesce(sum(bytes), 0) as bytes, count(*) as parts from kept_bytes where owner = :owner

-- name: scattered
-- Some owners whose bytes are counted in several parts, or are none any more.
select owner from kept_bytes group by owner having count(*) > 1 or sum(bytes) = 0 limit :limit

-- name: putTogether
-- Makes one part of what is counted for each of these owners; what somebody else is putting together is left to them.
with parts as materialized (
  select ctid as place from kept_bytes where owner = any(:owners::text[]) for update skip locked
), gone as (
  delete from kept_bytes where ctid = any(array(select place from parts)) returning owner, bytes
)
insert into kept_bytes select owner, sum(bytes) from gone group by owner having sum(bytes) <> 0

-- name: nextLeaving
-- When the first of what is kept for an owner leaves; null where nothing has an end yet. Times are in seconds. What was
-- asked for with a key does not leave before the key. It goes through all that is kept of the owner.
with key as (
  select offer_set_id, max(created_at) + make_interval(secs => :key) as until
    from idempotency where owner = :owner and offer_set_id is not null group by offer_set_id
)
select least(
         (select min(greatest(expires_at + make_interval(secs => :refused), until))
            from offer_set s left join key on key.offer_set_id = s.id
           where owner = :owner and result = 'NO'),
         (select min(case phase when 'OFFERED' then expires_at else phase_since end) + make_interval(secs => :offers)
            from execution where owner = :owner and start_at is null),
         (select min(greatest(expires_at + make_interval(secs => :details), until))
            from offer_set s left join key on key.offer_set_id = s.id
           where owner = :owner and result = 'YES' and request is not null
             and not exists (select from execution e where e.offer_set_id = s.id)),
         (select min(given_back_at) + make_interval(secs => :details)
            from execution where owner = :owner and given_back_at is not null and compacted_at is null),
         (select min(greatest(given_back_at + make_interval(secs => :records), until))
            from execution e left join key on key.offer_set_id = e.offer_set_id
           where owner = :owner and compacted_at is not null)
       ) as at
