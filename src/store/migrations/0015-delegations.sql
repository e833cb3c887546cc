-- With what the data of an offer set are moved in the name of its owner, encrypted; only while there is something to do.
alter table offer_set add column delegation text;
create index offer_set_delegation on offer_set (id) where delegation is not null;
