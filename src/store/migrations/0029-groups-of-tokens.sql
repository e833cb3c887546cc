-- The groups that an issuer asserted of the user when an access token was made: policies and quotas of groups count them,
-- or whoever is in such a group would be past its limits with a token.
alter table access_token add column groups text[] not null default '{}';
