-- Buckets and objects, with Supabase's column names: users' policies, triggers
-- and seeds read and write them. The bytes of an object lie in a backend under
-- its version, a random id, and nowhere under its name.

-- +goose Up
create schema storage authorization howdah_owner;
comment on schema storage is
  'Files: buckets and objects under row level security; the bytes lie in a backend.';
grant usage on schema storage to anon, authenticated, service_role, authenticator;
set local role howdah_owner;
create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table storage.buckets (
  id                 text not null,
  name               text not null,
  owner              uuid,
  owner_id           text,
  public             boolean not null default false,
  avif_autodetection boolean not null default false,
  file_size_limit    bigint,
  allowed_mime_types text[],
  type               storage.buckettype not null default 'STANDARD',
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),
  constraint buckets_pkey primary key (id),
  constraint buckets_name_unique unique (name),
  constraint buckets_file_size_limit_positive check (file_size_limit >= 0)
);
alter table storage.buckets enable row level security;
comment on table storage.buckets is
  'Folders of objects with common limits. Public ones are readable by anybody; all else is policies.';

-- Names compare by bytes ("C"), so that one unique index serves look-ups, prefixes and order.
create table storage.objects (
  id               uuid not null default gen_random_uuid(),
  bucket_id        text not null,
  name             text collate "C" not null,
  owner            uuid,
  owner_id         text,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  last_accessed_at timestamptz not null default now(),
  metadata         jsonb,
  user_metadata    jsonb,
  path_tokens      text[] generated always as (string_to_array(name, '/')) stored,
  version          uuid,
  size             bigint not null default 0,
  constraint objects_pkey primary key (id),
  constraint objects_name_unique unique (bucket_id, name),
  constraint objects_version_unique unique (version),
  constraint objects_bucket_known foreign key (bucket_id) references storage.buckets
);
alter table storage.objects enable row level security;
comment on table storage.objects is
  'Each file that is wholly there. Reading, writing and listing files obey its policies.';
comment on column storage.objects.version is
  'The name of the bytes in the backend: new with each write, set by the platform alone.';
comment on column storage.objects.size is 'Bytes in the backend, for quotas: set by the platform alone.';

-- What the API roles may touch is theirs by policy; version and size would
-- let a writer point at the bytes of others, or past a quota.
grant select, delete on storage.objects to anon, authenticated, service_role;
grant insert (id, bucket_id, name, owner, owner_id, created_at, updated_at, last_accessed_at,
              metadata, user_metadata),
      update (bucket_id, name, owner, owner_id, created_at, updated_at, last_accessed_at,
              metadata, user_metadata)
   on storage.objects to anon, authenticated, service_role;
grant select, insert, update, delete on storage.buckets to anon, authenticated, service_role;

-- An upload under way. Its id becomes the object's version: bytes are there
-- before the object is.
create table storage.uploads (
  id            uuid not null default gen_random_uuid(),
  bucket_id     text not null,
  name          text collate "C" not null,
  owner_id      text,
  upsert        boolean not null,
  kind          text not null,
  state         text not null default 'pending',
  headers       jsonb not null default '{}',
  user_metadata jsonb,
  size_limit    bigint not null,
  length        bigint,
  received      bigint not null default 0,
  writer        uuid,
  version       uuid,
  size          bigint,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null,
  constraint uploads_pkey primary key (id),
  constraint uploads_kind_known check (kind in ('put', 'copy', 'tus', 's3')),
  constraint uploads_state_known check (state in ('pending', 'scanning', 'committed'))
);
create index uploads_expires_at on storage.uploads (expires_at);
create index uploads_s3 on storage.uploads (bucket_id, name, id) where kind = 's3' and state = 'pending';
alter table storage.uploads enable row level security;
comment on table storage.uploads is
  'Uploads under way: invisible to users, removed by the reaper past expires_at.';
comment on column storage.uploads.writer is
  'The part being written: who finds another one here was overtaken and must not add its own.';
comment on column storage.uploads.version is
  'Of a received upload that awaits a scanner''s verdict: where its bytes are.';

create table storage.parts (
  upload_id  uuid not null,
  number     int not null,
  version    uuid not null,
  size       bigint not null,
  created_at timestamptz not null default now(),
  constraint parts_pkey primary key (upload_id, number),
  constraint parts_upload_known foreign key (upload_id) references storage.uploads on delete cascade,
  constraint parts_number_known check (number between 1 and 10000)
);
alter table storage.parts enable row level security;
comment on table storage.parts is 'Pieces of a resumable or multipart upload, each with bytes of its own.';

create table storage.garbage (
  version uuid not null,
  due_at  timestamptz not null default now() + interval '1 minute',
  constraint garbage_pkey primary key (version)
);
create index garbage_due_at on storage.garbage (due_at);
alter table storage.garbage enable row level security;
comment on table storage.garbage is
  'Bytes that nothing names any more. The minute before they go lets readers finish opening them.';

create table storage.quotas (
  bucket_id   text not null,
  owner_id    text not null,
  max_bytes   bigint,
  max_objects bigint,
  constraint quotas_pkey primary key (bucket_id, owner_id),
  constraint quotas_bucket_known foreign key (bucket_id) references storage.buckets on delete cascade,
  constraint quotas_positive check (max_bytes >= 0 and max_objects >= 0)
);
alter table storage.quotas enable row level security;
comment on table storage.quotas is
  'Limits of a bucket (owner_id ''''), of one owner in it, or of each owner in it (owner_id ''*'').';

create table storage.usage (
  bucket_id text not null,
  owner_id  text not null,
  bytes     bigint not null default 0,
  objects   bigint not null default 0,
  constraint usage_pkey primary key (bucket_id, owner_id),
  constraint usage_bucket_known foreign key (bucket_id) references storage.buckets on delete cascade
);
alter table storage.usage enable row level security;
comment on table storage.usage is 'What a bucket with quotas holds, whole (owner_id '''') and by owner.';

create table storage.hooks (
  id        bigint generated always as identity,
  bucket_id text,
  event     text not null,
  job       text not null,
  payload   jsonb not null default '{}',
  queue     text,
  constraint hooks_pkey primary key (id),
  constraint hooks_unique unique nulls not distinct (bucket_id, event, job),
  constraint hooks_bucket_known foreign key (bucket_id) references storage.buckets on delete cascade,
  constraint hooks_event_known check (event in ('created', 'updated', 'moved', 'deleted', 'scan'))
);
alter table storage.hooks enable row level security;
comment on table storage.hooks is
  'Jobs that an event enqueues, in the transaction of the event. A scan holds an upload back until '
  'storage.scanned() judges it.';

-- Policies lean on these. No SET clause, so that they inline.
-- +goose StatementBegin
create function storage.foldername(name text)
  returns text[]
  language sql immutable strict parallel safe
as $$
  select (pg_catalog.string_to_array(name, '/'))
         [1 : pg_catalog.array_length(pg_catalog.string_to_array(name, '/'), 1) - 1]
$$;
-- +goose StatementEnd
comment on function storage.foldername(text) is
  'The folders of an object''s name, outermost first; {} at the top.';
-- +goose StatementBegin
create function storage.filename(name text)
  returns text
  language sql immutable strict parallel safe
as $$
  select pg_catalog.split_part(name, '/', -1)
$$;
-- +goose StatementEnd
comment on function storage.filename(text) is 'The last segment of an object''s name.';
-- +goose StatementBegin
create function storage.extension(name text)
  returns text
  language sql immutable strict parallel safe
as $$
  select pg_catalog.split_part(pg_catalog.split_part(name, '/', -1), '.', -1)
$$;
-- +goose StatementEnd
comment on function storage.extension(text) is
  'What follows the last dot of the last segment; the whole segment when it has none.';
-- +goose StatementBegin
create function storage.operation()
  returns text
  language sql stable parallel safe
as $$
  select nullif(pg_catalog.current_setting('storage.operation', true), '')
$$;
-- +goose StatementEnd
comment on function storage.operation() is
  'What the request does, like storage.object.upload; null outside of the storage API.';
-- +goose StatementBegin
create function storage.allow_only_operation(expected_operation text)
  returns boolean
  language sql stable parallel safe
as $$
  select coalesce(pg_catalog.current_setting('storage.operation', true)
                    in (expected_operation, 'storage.' || expected_operation), false)
$$;
-- +goose StatementEnd
comment on function storage.allow_only_operation(text) is
  'Whether the request does just this; the prefix storage. may be left out.';
-- +goose StatementBegin
create function storage.allow_any_operation(expected_operations text[])
  returns boolean
  language sql stable parallel safe
as $$
  select coalesce(bool_or(pg_catalog.current_setting('storage.operation', true)
                            in (e.name, 'storage.' || e.name)), false)
    from pg_catalog.unnest(expected_operations) as e (name)
$$;
-- +goose StatementEnd
comment on function storage.allow_any_operation(text[]) is
  'Whether the request does one of these; the prefix storage. may be left out.';
grant execute on function storage.foldername(text), storage.filename(text),
                          storage.extension(text), storage.operation(),
                          storage.allow_only_operation(text), storage.allow_any_operation(text[])
  to public;
reset role;

-- +goose Down
drop function storage.allow_any_operation(text[]);
drop function storage.allow_only_operation(text);
drop function storage.operation();
drop function storage.extension(text);
drop function storage.filename(text);
drop function storage.foldername(text);
drop table storage.hooks;
drop table storage.usage;
drop table storage.quotas;
drop table storage.garbage;
drop table storage.parts;
drop table storage.uploads;
drop table storage.objects;
drop table storage.buckets;
drop type storage.buckettype;
drop schema storage;
