-- name: add
-- Records what was done, or refused.
insert into audit (at, actor, actor_name, address, action, target, outcome, detail)
values (:at, :actor, :actorName, :address, :action, :target, :outcome, :detail)

-- name: addAll
-- Records the same of several things, each with its detail.
insert into audit (at, actor, actor_name, address, action, target, outcome, detail)
select :at, :actor, :actorName, :address, :action, d.target, :outcome, d.detail
  from (select unnest(:targets::text[]) as target, unnest(:details::text[])::jsonb as detail) as d

-- name: list
-- A page of the record, newest first.
select number, at, actor, actor_name, address, action, target, outcome, detail
  from audit
 where (:before::bigint is null or number < :before)
   and (:action::text is null or action = :action)
   and (:actor::text is null or actor = :actor)
 order by number desc
 limit :limit
