-- How many bytes are kept for each owner: requests, answers and plans, as they were before they were compressed. What was
-- kept before counts nothing, and so does what a broker of the version before keeps.
alter table offer_set add column bytes integer not null default 0;
alter table execution add column bytes integer not null default 0;

-- What was added for an owner and what left, to be summed up: rows are only added, so that nobody waits for another one
-- who adds to the same owner. They are put together from time to time.
create table kept_bytes (
  owner text not null,
  bytes bigint not null
);
create index kept_bytes_of on kept_bytes (owner);

create function count_kept_bytes() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into kept_bytes select owner, sum(bytes) from added group by owner having sum(bytes) <> 0;
  elsif tg_op = 'DELETE' then
    insert into kept_bytes select owner, -sum(bytes) from gone group by owner having sum(bytes) <> 0;
  else
    insert into kept_bytes
    select owner, sum(bytes) from (select owner, bytes from added union all select owner, -bytes from gone) as change
     group by owner having sum(bytes) <> 0;
  end if;
  return null;
end
$$;
create trigger count_added after insert on offer_set referencing new table as added
  for each statement execute function count_kept_bytes();
create trigger count_gone after delete on offer_set referencing old table as gone
  for each statement execute function count_kept_bytes();
create trigger count_changed after update on offer_set referencing old table as gone new table as added
  for each statement execute function count_kept_bytes();
create trigger count_added after insert on execution referencing new table as added
  for each statement execute function count_kept_bytes();
create trigger count_gone after delete on execution referencing old table as gone
  for each statement execute function count_kept_bytes();

-- Refusals leave sooner than other answers, and have no request.
create index offer_set_refused on offer_set (expires_at) where result = 'NO';
