-- name: add
-- Records what was done, or refused.
insert into audit (at, actor, actor_name, address, action, target, outcome, detail)
values (:at, :actor, :actorName, :address, :action, :target, :outcome, :detail)

-- name: addAll
-- Records the same of several things, each with its detail.
insert into audit (at, actor, actor_name, address, action, target, outcome, detail)
select :at, :actor, :actorName, :address, :action, d.target, :outcome, d.detail
  from (select unnest(:targets::text[]) as target, unnest(:details::text[])::jsonb as detail) as d

-- name: manyLately
-- When the last but so many of an account's entries about an action since an instant was made; no row: there are fewer.
select at from audit where actor = :actor and action = :action and at > :since order by at desc offset :others limit 1

-- name: leaveBefore
-- Says that entries made before an instant may be removed in this transaction.
select set_config('broker.audit_leaves_before', :before::timestamptz::text, true)

-- name: remove
-- Removes some of the entries made before an instant.
delete from audit
 where number in (select number from audit where at < :before order by at limit :limit for update skip locked)
returning number

-- name: list
-- A page of the record, newest first. It ends where its bytes would be more, with one entry at least.
select number, at, actor, actor_name, address, action, target, outcome, detail
  from (select *, row_number() over w as place, sum(octet_length(detail::text)) over w as page_bytes
          from (select *
                  from audit
                 where (:before::bigint is null or number < :before)
                   and (:action::text is null or action = :action)
                   and (:actor::text is null or actor = :actor)
                 order by number desc
                 limit :limit) as a
        window w as (order by number desc)) as a
 where place = 1 or page_bytes <= :bytes
 order by number desc
