-- What the site has to say to everybody now: at most one row.
create table message_of_the_day (
  one boolean primary key default true check (one),
  text text not null,
  set_at timestamptz not null,
  until_at timestamptz
);
