-- name: lock
-- Lets one process change these pools at a time; held to the end of the transaction. The order avoids deadlocks.
select id as pool_id, version from pool where id = any(:poolIds) order by id for no key update

-- name: changesSince
-- What changed in a pool after a version.
select version, holds, open from pool_change where pool_id = :poolId and version > :version order by version

-- name: load
-- A pool as it is now: its version, its capacity, and what is held, all in one statement and so at one instant. The
-- bookings come as columns of ten thousand numbers each, because a row for each takes many times as long. The open sets
-- come in a row of their own.
select p.version, c.configured, m.windows as maintenance, h.resource, h.amounts, h.from_ats, h.to_ats, h.open
  from pool p
  left join (
    select pool_id,
           jsonb_agg(jsonb_build_array(resource, amount, (extract(epoch from from_at) * 1000)::bigint)) as configured
      from pool_capacity where pool_id = :poolId
     group by pool_id
  ) as c on c.pool_id = p.id
  left join pool_maintenance m on m.pool_id = p.id
  left join (
    select pool_id, resource, json_agg(amount) as amounts,
           json_agg((date_part('epoch', from_at) * 1000)::bigint) as from_ats,
           json_agg((date_part('epoch', to_at) * 1000)::bigint) as to_ats, null::jsonb as open
      from booking where pool_id = :poolId
     group by pool_id, resource, id / 10000
    union all
    select :poolId, null, null, null, null, jsonb_agg(jsonb_build_array(offer_set_id, owner, expires_at, holds))
      from (
        select o.offer_set_id, o.owner, (extract(epoch from o.expires_at) * 1000)::bigint as expires_at,
               jsonb_agg(jsonb_build_array(resource, amount, (extract(epoch from from_at) * 1000)::bigint,
                                           (extract(epoch from to_at) * 1000)::bigint)) as holds
          from (select offer_set_id, owner, max(expires_at) as expires_at
                  from execution where phase = 'OFFERED' group by offer_set_id, owner) as o
          join booking b on b.offer_set_id = o.offer_set_id and b.pool_id = :poolId
         group by o.offer_set_id, o.owner, o.expires_at
         order by o.offer_set_id
      ) as s
  ) as h on h.pool_id = p.id
 where p.id = :poolId

-- name: book
-- Keeps offer sets with their offers and what they hold, in pools that have not changed since they were planned for.
-- Where a pool has changed, nothing is kept and `booked` is false; nor is it where an account of those that own the sets
-- is disabled, which is in `disabled`. Until this is committed nobody disables one of them, so whoever disables it and
-- withdraws its offers then finds these.
with expected as (
  select pool_id, version from unnest(:poolIds::integer[], :versions::bigint[]) as e (pool_id, version)
), locked as materialized (
  select id, version from pool where id = any(:poolIds::integer[]) order by id for no key update
), owners as materialized (
  select id, disabled_at from identity where id = any(:owners::uuid[]) order by id for share
), disabled as materialized (
  select array(select id::text from owners where disabled_at is not null) as ids
), unchanged as materialized (
  select count(*) = cardinality(:poolIds::integer[]) and (select ids = '{}' from disabled) as yes
    from locked l join expected e on e.pool_id = l.id and e.version = l.version
), sets as (
  insert into offer_set (id, owner, name, description, spelling, request, result, messages, created_at, expires_at, delegation,
                         bytes)
  select s.id, owner, name, description, spelling, request, result, messages, :at, "expiresAt", delegation,
         coalesce(pg_column_size(request), 0) + pg_column_size(messages) + coalesce(octet_length(description), 0)
    from jsonb_to_recordset(:offerSets)
      as s (id uuid, owner text, name text, description text, spelling text, request jsonb, result text,
            messages jsonb, "expiresAt" timestamptz, delegation text), unchanged
   where unchanged.yes
), counted as (
  insert into offer_set_group (group_name, offer_set_id)
  select g, s.id
    from jsonb_to_recordset(:offerSets) as s (id uuid, groups text[]), unnest(s.groups) as g, unchanged
   where unchanged.yes
), made as (
  insert into execution (id, offer_set_id, position, owner, name, description, phase, phase_since, created_at,
                         modified_at, expires_at, plan, bytes)
  select o.id, "offerSetId", position, owner, name, description, 'OFFERED', :at, :at, :at, "expiresAt", plan,
         pg_column_size(plan) + coalesce(octet_length(description), 0)
    from jsonb_to_recordset(:offers)
      as o (id uuid, "offerSetId" uuid, position smallint, owner text, name text, description text,
            "expiresAt" timestamptz, plan jsonb), unchanged
   where unchanged.yes
), held as (
  insert into booking (offer_set_id, pool_id, resource, amount, from_at, to_at)
  select "offerSetId", "poolId", resource, amount, "fromAt", "toAt"
    from jsonb_to_recordset(:bookings)
      as b ("offerSetId" uuid, "poolId" integer, resource text, amount bigint, "fromAt" timestamptz,
            "toAt" timestamptz), unchanged
   where unchanged.yes
), bumped as (
  update pool p set version = p.version + 1
    from jsonb_to_recordset(:changes) as c ("poolId" integer, holds jsonb, open jsonb), unchanged
   where unchanged.yes and p.id = c."poolId"
  returning p.id, p.version, c.holds, c.open
), noted as (
  insert into pool_change (pool_id, version, holds, open) select id, version, holds, open from bumped
), forgotten as (
  delete from pool_change c using bumped b
   where b.version % :forgetEvery::bigint = 0 and c.pool_id = b.id and c.version <= b.version - :keep::bigint
)
select yes as booked, ids as disabled from unchanged, disabled
