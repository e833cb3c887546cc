-- name: identify
-- The id of this broker: the one given when there is none yet.
with made as (
  insert into broker (id, created_at) values (:id, :at) on conflict do nothing returning id
)
select id from made union all select id from broker limit 1
