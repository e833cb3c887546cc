-- The groups that an offer set counts for, where a quota is for groups. There is nothing in it on a site without such.
create table offer_set_group (
  group_name text not null,
  offer_set_id uuid not null references offer_set on delete cascade,
  primary key (group_name, offer_set_id)
);
create index offer_set_group_of on offer_set_group (offer_set_id);

-- What counts for a quota: what is open, what is being done, and what has ended within its window. A broker of the version
-- before goes on working; what it makes counts for its owner, and for no group.
create index execution_live_of on execution (owner) where start_at is not null and given_back_at is null;
create index execution_open_of on execution (owner) where phase = 'OFFERED';
create index execution_ended_of on execution (owner, given_back_at) where start_at is not null and given_back_at is not null;
