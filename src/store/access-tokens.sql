-- name: insert
-- Keeps a token's digest.
insert into access_token (id, identity_id, name, digest, groups, created_at, expires_at)
values (:id, :identityId, :name, :digest, :groups, :at, :expiresAt)

-- name: countGood
-- How many tokens of an account are neither revoked nor expired.
select count(*) as count from access_token
 where identity_id = :identityId and revoked_at is null and (expires_at is null or expires_at > :at)

-- name: forget
-- Removes some tokens that were revoked or expired before an instant.
delete from access_token
 where id in (select id from access_token where least(revoked_at, expires_at) < :before limit :limit for update skip locked)
returning id

-- name: list
-- The tokens of an account that were not revoked, newest first. None is good for longer than the site allows now.
select id, name, created_at, least(expires_at, created_at + :longestMs * interval '1 millisecond') as expires_at, last_used_at
  from access_token where identity_id = :identityId and revoked_at is null order by id desc

-- name: revoke
-- Makes a token of an account useless. No row back: it has no such token, or it was revoked before.
update access_token set revoked_at = :at where id = :id and identity_id = :identityId and revoked_at is null returning id

-- name: revokeAll
-- Makes all tokens of an account useless.
update access_token set revoked_at = :at where identity_id = :identityId and revoked_at is null returning id

-- name: use
-- The account of a token that is good now, and was made after an instant. That it was used is noted about once a minute.
with token as (
  select id, identity_id, groups, last_used_at from access_token
   where digest = :digest and revoked_at is null and (expires_at is null or expires_at > :at)
     and created_at > :madeAfter
), noted as (
  update access_token t set last_used_at = :at
    from token
   where t.id = token.id and (token.last_used_at is null or token.last_used_at < :at::timestamptz - interval '1 minute')
)
select i.id, i.issuer, i.subject, i.username, i.display_name, i.roles, i.groups, i.must_change_password, i.disabled_at, i.created_at,
       token.groups as asserted_groups
  from token join identity i on i.id = token.identity_id
