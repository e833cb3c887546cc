-- An accepted execution may start before its promise, from this instant on. Those that were accepted before have none, and
-- start when they were promised to.
alter table execution add column earliest_at timestamptz;

-- What waits for its start is looked for whenever capacity becomes free.
create index execution_ahead on execution (id) where phase in ('ACCEPTED', 'WAITING', 'PREPARING');
