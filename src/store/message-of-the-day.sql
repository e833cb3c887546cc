-- name: set
-- Makes this what is said to everybody. No row back: that is said already.
insert into message_of_the_day (text, set_at, until_at) values (:text, :at, :until)
on conflict (one) do update set text = excluded.text, set_at = excluded.set_at, until_at = excluded.until_at
 where (message_of_the_day.text, message_of_the_day.until_at) is distinct from (excluded.text, excluded.until_at)
returning one

-- name: clear
-- Says nothing any more.
delete from message_of_the_day returning one

-- name: find
-- What is said at an instant.
select text, set_at, until_at from message_of_the_day where until_at is null or until_at > :at
