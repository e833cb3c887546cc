-- Entries of the audit log leave by their age and by nothing else: whoever removes some says first, for its transaction,
-- before which instant they were made.
create function audit_leaves() returns trigger language plpgsql as $$
begin
  if old.at < nullif(current_setting('broker.audit_leaves_before', true), '')::timestamptz then
    return old;
  end if;
  raise exception 'the audit log is append-only: entries leave by their age, as retention.audit of the configuration says';
end
$$;
create trigger audit_leaves before delete on audit for each row execute function audit_leaves();

-- What one account has done lately.
create index audit_by_actor on audit (actor, action, at);

-- Bytes of an execution change with its description, which leads to few updates of many.
create function count_changed_bytes() returns trigger language plpgsql as $$
begin
  insert into kept_bytes (owner, bytes) values (new.owner, new.bytes - old.bytes);
  return null;
end
$$;
create trigger count_changed after update of bytes on execution
  for each row when (new.bytes <> old.bytes) execute function count_changed_bytes();
