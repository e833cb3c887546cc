-- Windows in which a platform, or one of its pools, has less than usual. They are apart from what is configured, which
-- is entered anew at every start; what a pool has is made of both. A broker of the version before does not know of
-- them, so windows are made when all brokers are new.
create table maintenance (
  id uuid primary key,
  platform text not null,
  pool text,
  from_at timestamptz not null,
  to_at timestamptz not null,
  most jsonb not null,
  reason text not null,
  check (from_at < to_at)
);
create index maintenance_of_platform on maintenance (platform, to_at);
-- The windows of each pool, as arrays of [id, from, to, most, reason] with instants in milliseconds.
create view pool_maintenance as
select p.id as pool_id,
       jsonb_agg(jsonb_build_array(m.id, (extract(epoch from m.from_at) * 1000)::bigint,
                                   (extract(epoch from m.to_at) * 1000)::bigint, m.most, m.reason)) as windows
  from pool p join maintenance m on m.platform = p.platform and (m.pool is null or m.pool = p.name)
 group by p.id;
