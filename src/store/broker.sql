-- name: identify
-- The id of this broker: the one given when there is none yet.
with made as (
  insert into broker (id, created_at) values (:id, :at) on conflict do nothing returning id
)
select id from made union all select id from broker limit 1

-- name: known
-- The id of this broker, if there is one.
select id from broker limit 1

-- name: serverNow
-- The clock of the database in milliseconds, and its version.
select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms, current_setting('server_version') as version
