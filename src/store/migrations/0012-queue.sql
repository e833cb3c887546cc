-- The queue is fair between owners and keeps kinds of work on platforms apart, and what cannot be done is laid aside.
-- A broker of the version before goes on: what it gives to the engine has no owner and no platform, and it works on
-- whatever is due, also on what was laid aside.
alter table work add column owner text not null default '';
alter table work add column platform text not null default '';
alter table work add column kind text not null default 'prepare'
  check (kind in ('fetch', 'prepare', 'run', 'release'));
update work w
   set owner = e.owner, platform = e.plan ->> 'platform',
       kind = case when e.phase in ('ACCEPTED', 'WAITING', 'PREPARING') then 'prepare'
                   when e.phase = 'AVAILABLE' then 'run' else 'release' end
  from execution e where e.id = w.execution_id;

-- How often in a row a worker went away while it was at it.
alter table work add column abandoned integer not null default 0;

-- When the work was laid aside, and why. Nobody takes it until somebody asks for another try.
alter table work add column parked_at timestamptz;
alter table work add column parked_reason text;
alter table work add constraint work_parked_has_reason check ((parked_at is null) = (parked_reason is null));

drop index work_free;
create index work_free on work (run_at) where lease_owner is null and parked_at is null;
create index work_free_by_lane on work (platform, kind, owner, run_at) where lease_owner is null and parked_at is null;
create index work_parked on work (parked_at) where parked_at is not null;
