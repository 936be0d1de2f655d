-- The books of the sql/ loader: which files are applied, and what each made.

-- +goose Up
set local role howdah_owner;
create table ops.sql_files (
  source     text not null,
  path       text not null,
  hash       bytea not null,
  applied_at timestamptz not null default now(),
  constraint sql_files_pkey primary key (source, path)
);
alter table ops.sql_files enable row level security;
comment on table ops.sql_files is
  'Each applied file of sql/, by source (howdah, app), with the SHA-256 of its content.';
create table ops.sql_objects (
  kind     text not null,
  identity text not null,
  source   text not null,
  path     text not null,
  constraint sql_objects_pkey primary key (kind, identity),
  constraint sql_objects_file_known foreign key (source, path) references ops.sql_files on delete cascade
);
create index sql_objects_file on ops.sql_objects (source, path);
alter table ops.sql_objects enable row level security;
comment on table ops.sql_objects is
  'Each object that a file of sql/ made, as pg_identify_object names it: dropped '
  'when the file stops making it.';
reset role;

-- +goose Down
drop table ops.sql_objects;
drop table ops.sql_files;
