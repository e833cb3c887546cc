-- Records leave in two steps: first what is large (output, the body of the request), then the record itself.
alter table offer_set alter column request drop not null;
alter table execution add column compacted_at timestamptz;
alter table execution add constraint compacted_was_given_back check (compacted_at is null or given_back_at is not null);

-- Each index holds only what is still to be done, so that looking for it takes no longer when there is more history.
create index execution_offer_over on execution (phase_since) where start_at is null and phase <> 'OFFERED';
create index execution_to_compact on execution (given_back_at) where given_back_at is not null and compacted_at is null;
create index execution_to_remove on execution (given_back_at) where compacted_at is not null;
create index offer_set_to_remove on offer_set (expires_at) where request is not null;
