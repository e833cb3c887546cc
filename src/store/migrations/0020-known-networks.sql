-- From where the owner of an account came with the right password. Guesses of strangers make strangers wait, and not
-- somebody who comes from one of these.
create table known_network (
  identity_id uuid not null references identity,
  -- An address of IPv4, or a /64 of IPv6.
  network text not null,
  last_at timestamptz not null,
  primary key (identity_id, network)
);
