-- What may start early is looked for at every change of a pool; what may not yet is not gone through for that, however much
-- of it waits.
drop index execution_ahead;
create index execution_ahead on execution (earliest_at) where phase in ('ACCEPTED', 'WAITING', 'PREPARING');
