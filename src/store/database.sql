-- name: mayWrite
-- Whether a transaction may change anything: not on a standby, and not where the site has made the database read-only.
select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as may_write

-- name: takeRoom
-- Takes room on the disk, 128 KiB that cannot be compressed.
insert into disk_room (bytes) select string_agg(decode(md5(random()::text || number), 'hex'), '')
  from generate_series(1, 8192) as number

-- name: giveRoomBack
-- Gives the room back.
delete from disk_room
