-- name: has
-- Whether the owner of the account of this broker with that user name came from a network since an instant.
select 1 as known
  from identity i join known_network k on k.identity_id = i.id
 where i.issuer = '' and lower(coalesce(i.name_in_source, i.username)) = lower(:username) and k.network = :network and k.last_at > :since

-- name: note
-- Notes that the owner of an account came from a network, once a day, and forgets those that are older than an instant.
with forgotten as (
  delete from known_network where identity_id = :identityId and last_at <= :since and network <> :network
)
insert into known_network (identity_id, network, last_at) values (:identityId, :network, :at)
on conflict (identity_id, network) do update set last_at = excluded.last_at
  where known_network.last_at < excluded.last_at - interval '1 day'
