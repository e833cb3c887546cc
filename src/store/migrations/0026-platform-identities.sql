-- Which engine, cluster or directory a platform is, so that another one under its name is not taken for it.
create table platform_identity (
  platform text primary key,
  identity text not null,
  noted_at timestamptz not null
);
