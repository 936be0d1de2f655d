-- Realtime: equal filters are matched once, and listeners who see the same rows
-- are addressed as one. A cursor is refused only if something was trimmed that
-- it had not seen: a long transaction alone is no reason.

-- +goose Up
set local lock_timeout = '2s';
set local role howdah_owner;
alter type realtime.audience add attribute wanted int[];
comment on type realtime.audience is
  'The subscriptions to one table under one role. listeners points into claims, wanted into filters (0 for no filter), shapes from
filters into shape_sql. The judge says which rows they see.';

create type realtime.sight as (
  crowds    int[],
  members   int[],
  seers     int[],
  positions int[],
  matched   int[],
  matches   int[],
  problem   text
);
comment on type realtime.sight is
  'What an audience sees of a batch. crowds and members are pairs: listeners who see the same images are one crowd. seers and
positions: which crowd sees which image, old ones first, then new ones. matched and matches: which filter holds for which image.';

alter table realtime.settings add column trimmed_by pg_snapshot not null default '1:1:';
comment on column realtime.settings.trimmed_by is
  'What had been committed when a slot was trimmed last: nothing else was in it.';
reset role;

-- +goose Down
set local lock_timeout = '2s';
alter table realtime.settings drop column trimmed_by;
drop type realtime.sight;
alter type realtime.audience drop attribute wanted;
