-- Which migrations were applied. Run before anything else; it changes nothing when it is there.
create table if not exists migration (number integer primary key, name text not null, applied_at timestamptz not null);
