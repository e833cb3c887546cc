-- name: append
-- Keeps parts of what programs wrote. The same part twice is kept once.
insert into output (execution_id, stream, chunk, bytes)
select * from unnest(:executionIds::uuid[], :streams::text[], :chunks::integer[], :bytes::bytea[])
on conflict do nothing

-- name: length
-- How many bytes are kept.
select coalesce(sum(length(bytes)), 0) as bytes from output where execution_id = :executionId and stream = :stream

-- name: read
-- One part.
select bytes from output where execution_id = :executionId and stream = :stream and chunk = :chunk
