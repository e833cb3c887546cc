-- Everything that the first version keeps. Instants are timestamptz; amounts are whole numbers (memory, storage: GiB).

-- This broker. Its id marks what it owns on a platform, so that two brokers can share one engine.
create table broker (
  only_row boolean primary key default true check (only_row),
  id text not null,
  created_at timestamptz not null
);

-- The transition tables of src/domain, loaded at every start. History refers to them, so a change of phase that they
-- do not declare cannot be recorded.
create table execution_transition (
  event text not null,
  from_phase text not null,
  to_phase text not null,
  cause text not null,
  primary key (event, from_phase),
  unique (event, from_phase, to_phase)
);
create table component_transition (
  event text not null,
  from_phase text not null,
  to_phase text not null,
  cause text not null,
  primary key (event, from_phase),
  unique (event, from_phase, to_phase)
);

create table offer_set (
  id uuid primary key,
  owner text not null,
  name text,
  description text,
  -- The request as the client sent it, after its notation was read.
  request jsonb not null,
  result text not null check (result in ('YES', 'NO')),
  messages jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index offer_set_by_owner on offer_set (owner, id desc);

create table execution (
  id uuid primary key,
  offer_set_id uuid not null references offer_set,
  position smallint not null,
  owner text not null,
  name text,
  description text,
  phase text not null,
  phase_since timestamptz not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  expires_at timestamptz not null,
  -- What was promised; see src/domain/execution-plan.ts.
  plan jsonb not null,
  -- The promised start, fixed when the offer is accepted, and when preparation has to begin for it.
  start_at timestamptz,
  prepare_at timestamptz,
  -- When the program really began, and when it has to end.
  started_at timestamptz,
  end_at timestamptz,
  exit_code integer,
  -- When everything was given back to the platform.
  given_back_at timestamptz,
  unique (offer_set_id, position),
  constraint accepted_has_start check (phase in ('OFFERED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'FAILED') or start_at is not null),
  constraint running_has_end check (started_at is null or end_at is not null)
);
create index execution_by_owner on execution (owner, id desc);
create index execution_running on execution ((plan ->> 'platform')) where phase = 'AVAILABLE';
create index execution_to_expire on execution (expires_at) where phase = 'OFFERED';

-- The components of accepted executions. Those of mere offers are in the plan.
create table component (
  execution_id uuid not null references execution on delete cascade,
  position smallint not null,
  family text not null,
  phase text not null,
  phase_since timestamptz not null,
  -- What the platform said of it, such as the id of the image that is run.
  detail jsonb not null default '{}',
  given_back_at timestamptz,
  primary key (execution_id, position)
);

-- Histories and messages share one sequence, so that the events of an execution have one order.
create sequence event_number;

create table execution_history (
  number bigint primary key default nextval('event_number'),
  execution_id uuid not null references execution on delete cascade,
  event text not null,
  from_phase text not null,
  to_phase text not null,
  at timestamptz not null,
  foreign key (event, from_phase, to_phase) references execution_transition (event, from_phase, to_phase)
);
create index execution_history_of on execution_history (execution_id, number);

create table component_history (
  number bigint primary key default nextval('event_number'),
  execution_id uuid not null,
  position smallint not null,
  event text not null,
  from_phase text not null,
  to_phase text not null,
  at timestamptz not null,
  foreign key (execution_id, position) references component on delete cascade,
  foreign key (event, from_phase, to_phase) references component_transition (event, from_phase, to_phase)
);
create index component_history_of on component_history (execution_id, number);

create table message (
  number bigint primary key default nextval('event_number'),
  execution_id uuid not null references execution on delete cascade,
  -- The component concerned; null for the execution itself.
  position smallint,
  -- A message with a key takes the place of the one before with the same key, as progress does.
  key text,
  at timestamptz not null,
  name text not null,
  level text not null,
  template text not null,
  values jsonb not null,
  text text not null
);
create index message_of on message (execution_id, number);
create unique index message_by_key on message (execution_id, coalesce(position, -1), key) where key is not null;

create table output (
  execution_id uuid not null references execution on delete cascade,
  stream text not null check (stream in ('stdout', 'stderr')),
  chunk integer not null,
  bytes bytea not null,
  primary key (execution_id, stream, chunk)
);

-- One row for each execution that the engine still has to do with. A worker that holds the lease may act for the
-- execution; the fence tells a worker that was away too long that it is not the one any more.
create table work (
  execution_id uuid primary key references execution on delete cascade,
  run_at timestamptz not null,
  lease_owner text,
  leased_until timestamptz,
  fence bigint not null default 0,
  -- How often somebody asked for attention. A worker that gives the lease back says up to which it has seen.
  wakes bigint not null default 0,
  attempts integer not null default 0,
  failing_since timestamptz,
  check ((lease_owner is null) = (leased_until is null))
);
create index work_free on work (run_at) where lease_owner is null;
create index work_leased on work (leased_until) where lease_owner is not null;

create table pool (
  id integer generated always as identity primary key,
  platform text not null,
  name text not null,
  unique (platform, name)
);

-- The capacity of a pool over time: each row holds from its instant until that of the next.
create table pool_capacity (
  pool_id integer not null references pool,
  resource text not null,
  from_at timestamptz not null,
  amount bigint not null check (amount >= 0),
  primary key (pool_id, resource, from_at)
);

-- What is held now or will be: a row is there until the platform has really given the amount back. The rows of an open
-- offer set are the envelope of its offers; after one is accepted they are what that one holds.
create table booking (
  id bigint generated always as identity primary key,
  offer_set_id uuid not null references offer_set on delete cascade,
  pool_id integer not null references pool,
  resource text not null,
  amount bigint not null check (amount > 0),
  from_at timestamptz not null,
  to_at timestamptz not null,
  check (from_at < to_at)
);
create index booking_of_pool on booking (pool_id, resource, from_at);
create index booking_of_offer_set on booking (offer_set_id);
