-- name: add
-- Records what was done, or refused.
insert into audit (at, actor, actor_name, address, action, target, outcome, detail)
values (:at, :actor, :actorName, :address, :action, :target, :outcome, :detail)

-- name: list
-- A page of the record, newest first.
select number, at, actor, actor_name, address, action, target, outcome, detail
  from audit
 where (:before::bigint is null or number < :before)
   and (:action::text is null or action = :action)
   and (:actor::text is null or actor_name = :actor)
 order by number desc
 limit :limit
