-- Fixed-window counters. One row a bucket and key, so that the table is as
-- large as the number of callers, not of calls.

-- +goose Up
set local role howdah_owner;
create table limits.windows (
  bucket     text not null,
  key        text not null,
  started_at timestamptz not null,
  hits       int not null,
  constraint windows_pkey primary key (bucket, key)
);
create index windows_started_at on limits.windows (started_at);
alter table limits.windows enable row level security;
comment on table limits.windows is
  'How often a key (an IP, a hashed account) was seen in the window that began at started_at.';
reset role;

-- +goose Down
drop table limits.windows;
