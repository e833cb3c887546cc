-- name: insert
-- Makes an account. No row back: there is one of that issuer and subject, or of that name, already.
insert into identity (id, issuer, subject, username, name_in_source, display_name, password_hash, roles, groups, must_change_password, created_at)
values (:id, :issuer, :subject, :username, :nameInSource, :displayName, :passwordHash, :roles, :groups, :mustChangePassword, :at)
on conflict do nothing
returning id, issuer, subject, username, display_name, roles, groups, must_change_password, disabled_at, created_at

-- name: find
-- One account.
select id, issuer, subject, username, display_name, roles, groups, must_change_password, disabled_at, created_at
  from identity where id = :id

-- name: findLocal
-- The account of this broker that logs in with that user name, with what its password is checked against.
select id, issuer, subject, username, display_name, password_hash, roles, groups, must_change_password, disabled_at, created_at
  from identity where issuer = '' and lower(coalesce(name_in_source, username)) = lower(:username)

-- name: isLetIn
-- An account that is not disabled, and that has this password where one is given. No row: it is let in no longer.
select id from identity
 where id = :id and disabled_at is null and (:passwordHash::text is null or password_hash = :passwordHash)

-- name: findSubject
-- The account of somebody whom an issuer knows.
select id, issuer, subject, username, display_name, roles, groups, must_change_password, disabled_at, created_at
  from identity where issuer = :issuer and subject = :subject

-- name: list
-- A page of accounts, of one user name when it is given, in the order in which they were made. It ends
-- where its bytes would be more, with one account at least.
select id, issuer, subject, username, display_name, roles, groups, must_change_password, disabled_at, created_at,
       goes_on
  from (select *, row_number() over w as place, lead(id) over w is not null as goes_on,
               sum(octet_length(array_to_string(groups, ' '))) over w as page_bytes
          from (select *
                  from identity
                 where (:before::uuid is null or id > :before)
                   and (:username::text is null or lower(username) = lower(:username))
                 order by id
                 limit :limit::integer + 1) as i
        window w as (order by id)) as i
 where place = 1 or (place <= :limit and page_bytes <= :bytes)
 order by id

-- name: idNamed
-- The account that is meant by the UUID of an account, or by a user name: nobody is reached by a name like another's UUID.
select id from identity where lower(username) = lower(:name) or id::text = lower(:name)
 order by id::text = lower(:name) desc limit 1

-- name: named
-- All accounts with their names, oldest first.
select id, issuer, coalesce(name_in_source, username) as name_in_source, username
  from identity order by created_at, id

-- name: vacate
-- Takes their names from accounts, so that others of them can have these. Nobody chooses a name with a space.
update identity set name_in_source = coalesce(name_in_source, username), username = 'to be named ' || id
 where id = any(:ids::uuid[])

-- name: rename
-- Gives accounts names.
update identity set username = n.username
  from (select unnest(:ids::uuid[]) as id, unnest(:usernames::text[]) as username) as n
 where identity.id = n.id

-- name: usernames
-- The user names of accounts.
select id, username from identity where id = any(:ids::text[]::uuid[])

-- name: change
-- Changes an account; what is null stays. Disabled is a wish: true, false, or null for as it is.
update identity
   set display_name = coalesce(:displayName, display_name),
       roles = coalesce(:roles, roles),
       groups = coalesce(:groups, groups),
       disabled_at = case when :disabled::boolean is null then disabled_at
                          when :disabled then coalesce(disabled_at, :at)
                     end
 where id = :id
returning id, issuer, subject, username, display_name, roles, groups, must_change_password, disabled_at, created_at

-- name: setPassword
-- Sets the password of an account of this broker.
update identity set password_hash = :passwordHash, must_change_password = :mustChange
 where id = :id and issuer = ''
returning id

-- name: lock
-- An account with what its password is checked against, which nobody changes until the end of the transaction.
select id, issuer, subject, username, display_name, password_hash, roles, groups, must_change_password, disabled_at, created_at
  from identity where id = :id for update

-- name: countAdmins
-- How many accounts can administrate.
select count(*) as count from identity where 'admin' = any(roles) and disabled_at is null

-- name: lockAll
-- Serialises what must not leave the broker without an administrator, or make two first ones; held to the end of the transaction.
select pg_advisory_xact_lock(7239802)
