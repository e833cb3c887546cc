-- What groups are shown is listed for their members. Most offer sets are shown to nobody, and are not in the index.
create index offer_set_shared on offer_set using gin (shared_with) where shared_with <> '{}';
