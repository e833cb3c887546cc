-- Keys that clients gave with what they asked to be made, so that asking again makes nothing further.
create table idempotency (
  owner text not null,
  key text not null,
  -- Which resource was asked, and the SHA-256 of the body as it was read.
  purpose text not null,
  digest bytea not null,
  created_at timestamptz not null,
  -- What was made. The row is written in the same transaction, so it is never seen without them.
  offer_set_id uuid references offer_set on delete cascade,
  -- The execution, when one was asked for and not refused.
  execution_id uuid,
  primary key (owner, key)
);
create index idempotency_by_age on idempotency (created_at);
create index idempotency_of_offer_set on idempotency (offer_set_id);
