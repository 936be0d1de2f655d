-- Realtime: the outbox of changes, and who listens to what on which node.

-- +goose Up
create schema realtime authorization howdah_owner;
comment on schema realtime is 'Changes, broadcast, presence: what sockets are told.';
grant usage on schema realtime to authenticator, anon, authenticated, service_role;
set local role howdah_owner;

create table realtime.settings (
  only_one     boolean not null default true,
  slot_seconds int not null default 1800,
  bulk_limit   int not null default 10000,
  trimmed      xid8 not null default '0',
  constraint settings_pkey primary key (only_one),
  constraint settings_only_one check (only_one),
  constraint settings_slot_positive check (slot_seconds > 0),
  constraint settings_bulk_positive check (bulk_limit > 0)
);
alter table realtime.settings enable row level security;
insert into realtime.settings default values;
comment on table realtime.settings is 'One row of what the capture triggers must know.';
comment on column realtime.settings.slot_seconds is
  'How long one of the four slots of realtime.changes is written to: changes are kept '
  'two to three times as long.';
comment on column realtime.settings.bulk_limit is
  'A statement that touches more rows leaves one REFETCH in place of them.';
comment on column realtime.settings.trimmed is
  'The newest transaction of which a change was trimmed: a cursor that may need it is refused.';

-- Four slots by time, the oldest truncated before its turn comes: no DDL while
-- the database serves, no partition that could be missing when a row comes in.
create sequence realtime.changes_id_seq;
create table realtime.changes (
  slot     smallint not null,
  id       bigint not null default nextval('realtime.changes_id_seq'),
  xid      xid8 not null default pg_current_xact_id(),
  relation oid not null default 0,
  kind     text not null,
  made_at  timestamptz not null default clock_timestamp(),
  old      jsonb,
  new      jsonb,
  constraint changes_kind_known
    check (kind in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFETCH', 'MESSAGE', 'BUS'))
) partition by list (slot);
alter sequence realtime.changes_id_seq owned by realtime.changes.id;
create table realtime.changes_0 partition of realtime.changes for values in (0);
create table realtime.changes_1 partition of realtime.changes for values in (1);
create table realtime.changes_2 partition of realtime.changes for values in (2);
create table realtime.changes_3 partition of realtime.changes for values in (3);
create index changes_xid on realtime.changes (xid, id);
alter table realtime.changes enable row level security;
alter table realtime.changes_0 enable row level security;
alter table realtime.changes_1 enable row level security;
alter table realtime.changes_2 enable row level security;
alter table realtime.changes_3 enable row level security;
comment on table realtime.changes is
  'The outbox: a row for each changed row of an enabled table, each message, and what '
  'nodes tell each other (BUS).';
comment on column realtime.changes.xid is
  'The writing transaction: a reader takes what its last snapshot did not see yet.';

create unlogged table realtime.nodes (
  id         uuid not null,
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now(),
  constraint nodes_pkey primary key (id)
);
alter table realtime.nodes enable row level security;
comment on table realtime.nodes is
  'The servers that hold sockets. One that is not seen for a while is taken for dead, '
  'its subscriptions with it.';

create unlogged table realtime.sleepers (
  id   bigint not null generated always as identity,
  node uuid not null,
  constraint sleepers_pkey primary key (id)
);
create index sleepers_node on realtime.sleepers (node);
alter table realtime.sleepers enable row level security;
comment on table realtime.sleepers is
  'Nodes that wait for a notification. The first writer that sees a row takes it away and notifies.';

create unlogged table realtime.subscriptions (
  node        uuid not null,
  id          bigint not null,
  role        name not null,
  claims      text not null,
  session_id  uuid,
  user_id     uuid,
  schema_name text not null,
  table_name  text not null,
  event       text not null,
  filter      jsonb not null default '[]',
  columns     text[],
  listener    uuid not null generated always as (md5(claims)::uuid) stored,
  constraint subscriptions_pkey primary key (node, id),
  constraint subscriptions_node_known foreign key (node) references realtime.nodes on delete cascade,
  constraint subscriptions_event_known check (event in ('*', 'INSERT', 'UPDATE', 'DELETE'))
);
alter table realtime.subscriptions enable row level security;
comment on table realtime.subscriptions is
  'Who listens to the changes of which table, by node. Written again by its node after a crash.';
comment on column realtime.subscriptions.listener is 'Who listens, for grouping: equal claims, equal sight.';
comment on column realtime.subscriptions.filter is
  'A list of {column, op, not, value}, all of which must hold.';

create type realtime.batch as (
  relation oid,
  ids      bigint[],
  xids     xid8[],
  kinds    text[],
  stamps   timestamptz[],
  olds     jsonb[],
  news     jsonb[]
);
comment on type realtime.batch is 'Changes of one table in order, as parallel arrays.';

create type realtime.audience as (
  relation      oid,
  role          name,
  judge         text,
  claims        text[],
  subscriptions bigint[],
  listeners     int[],
  events        text[],
  filters       jsonb[],
  shapes        int[],
  shape_sql     text[],
  columns       jsonb[],
  description   jsonb
);
comment on type realtime.audience is
  'The subscriptions to one table under one role: listeners points into claims, shapes into
shape_sql (0 for no filter). The judge says which rows they see.';
reset role;

-- +goose Down
drop schema realtime cascade;
