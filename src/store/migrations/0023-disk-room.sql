-- What is written here, and removed at once, shows that the disk of the database has room again.
create table disk_room (bytes bytea not null);
