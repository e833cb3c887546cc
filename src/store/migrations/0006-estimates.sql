-- When the program ended; what an execution really cost is counted from it.
alter table execution add column ended_at timestamptz;
alter table execution add constraint ended_was_started check (ended_at is null or started_at is not null);

-- What the broker learned from its runs: how long things take and how fast data come, by what they depend on.
create table estimate (
  key text primary key check (length(key) <= 600),
  mean double precision not null,
  deviation double precision not null,
  count bigint not null,
  updated_at timestamptz not null
);
create index estimate_by_age on estimate (updated_at);
