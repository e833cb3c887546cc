-- Accounts, their access tokens, and the record of what was done with rights that others do not have.

create table identity (
  id uuid primary key,
  -- The issuer and the name within it that never changes; an account of this broker has the issuer ''.
  issuer text not null,
  subject text not null,
  username text not null,
  display_name text,
  -- Only accounts of this broker have one.
  password_hash text,
  roles text[] not null default '{user}',
  groups text[] not null default '{}',
  must_change_password boolean not null default false,
  disabled_at timestamptz,
  created_at timestamptz not null,
  unique (issuer, subject),
  constraint password_is_local check (password_hash is null or issuer = '')
);
create unique index identity_local_name on identity (lower(username)) where issuer = '';

create table access_token (
  id uuid primary key,
  identity_id uuid not null references identity,
  name text not null,
  -- The SHA-256 of the token, which itself is kept nowhere.
  digest bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index access_token_of on access_token (identity_id);

-- The groups that the offers and executions of a set are shown to.
alter table offer_set add column shared_with text[] not null default '{}';

create table audit (
  number bigint generated always as identity primary key,
  at timestamptz not null,
  -- Who: the id and the name at that time; both are missing for somebody who is not known.
  actor text,
  actor_name text,
  address text not null,
  action text not null,
  target text,
  outcome text not null check (outcome in ('done', 'refused')),
  detail jsonb not null default '{}'
);
create index audit_by_time on audit (at);

-- What was recorded stays as it was. Only the retention of the configuration removes rows, by their age, and says so first.
create function audit_stays() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end
$$;
create trigger audit_stays before update or truncate on audit execute function audit_stays();
