-- Names of users that nobody else has. Until now everybody was known by the name that its issuer gave, so that two could be
-- known by the same. `username` is now what everybody knows an account by; `name_in_source` is what its source calls it, and
-- is null where a broker of the version before has made the account, which then has one name only. Such a broker goes on
-- working; somebody new whose name is taken waits until it is replaced.
alter table identity add column name_in_source text;

-- The oldest account keeps the name, before it the one of this broker; the others are called by their ids, and at its start
-- the broker gives them names that say where they are from. No name is the id of another account either.
with names as (
  select i.id, i.username <> '' and (o.id is null or o.id = i.id) as good,
         row_number() over (partition by i.issuer, lower(i.username) order by i.created_at, i.id) as in_source,
         row_number() over (partition by lower(i.username) order by i.issuer <> '', i.created_at, i.id) as among_all
    from identity i left join identity o on o.id::text = lower(i.username)
)
update identity i
   set name_in_source = case when n.good and n.in_source = 1 then i.username else i.id::text end,
       username = case when n.good and n.among_all = 1 then i.username else i.id::text end
  from names n where n.id = i.id;

create unique index identity_username on identity (lower(username));
create unique index identity_name_in_source on identity (issuer, lower(coalesce(name_in_source, username)));
drop index identity_local_name;
