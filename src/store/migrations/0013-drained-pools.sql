-- Since when nothing new is offered in a pool, and why. What was offered and accepted before is kept.
alter table pool
  add column drained_at timestamptz,
  add column drain_reason text,
  add constraint pool_drain_reason check (drain_reason is null or drained_at is not null);
