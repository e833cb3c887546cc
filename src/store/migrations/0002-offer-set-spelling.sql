-- The spelling in which an offer set was asked for; its offers are shown in it. See src/domain/spelling.ts.
alter table offer_set
  add column spelling text not null default 'own' check (spelling in ('own', 'published'));
