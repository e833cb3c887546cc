-- The ledger as something that a process can follow: each pool has a version, and each change of what is held or of its
-- capacity raises it and leaves a row that says what changed.
alter table pool add column version bigint not null default 0;

-- One row for each version of a pool; old ones are removed. `holds` is an array of [resource, amount, from, to] with
-- instants in milliseconds; a negative amount was given back. Null means that the capacity changed.
create table pool_change (
  pool_id integer not null references pool,
  version bigint not null,
  holds jsonb,
  primary key (pool_id, version)
);

-- What is held leaves the ledger only through its log, never along with its offer set.
alter table booking drop constraint booking_offer_set_id_fkey;
alter table booking add foreign key (offer_set_id) references offer_set;
-- The database is asked for the bookings of a whole pool, and for those that should have been given back.
drop index booking_of_pool;
create index booking_of_pool on booking (pool_id, to_at);
