-- name: note
-- The identity of a platform: the one given when none is known yet. Nothing comes back when another process notes one now.
with made as (
  insert into platform_identity (platform, identity, noted_at) values (:platform, :identity, :at)
  on conflict do nothing returning identity
)
select identity from made union all select identity from platform_identity where platform = :platform limit 1

-- name: known
-- The identity of a platform, if one is known.
select identity from platform_identity where platform = :platform

-- name: replace
-- Makes another identity that of a platform.
insert into platform_identity (platform, identity, noted_at) values (:platform, :identity, :at)
on conflict (platform) do update set identity = excluded.identity, noted_at = excluded.noted_at
