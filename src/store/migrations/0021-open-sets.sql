-- Which offer sets are open, as the log of a pool tells it: an array of [offer set, owner, until, holds], with nulls for a
-- set that is not open any more. A broker of the version before writes none; what it opens counts for nobody, and what it
-- ends is forgotten when the time of the set is over.
alter table pool_change add column open jsonb;
