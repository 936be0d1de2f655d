-- Outbound HTTP: requests that wait to leave, what came back, and the secrets
-- that their headers name. Types and names that users' SQL touches are pg_net's.

-- +goose Up
create schema net authorization howdah_owner;
comment on schema net is 'Outbound HTTP from SQL, asynchronous; called as pg_net is.';
grant usage on schema net to authenticator, service_role;

set local role howdah_owner;
create table net.requests (
  id           bigint generated always as identity,
  method       text not null,
  url          text not null,
  headers      jsonb,
  body         text,
  timeout_ms   int not null,
  max_attempts int not null,
  attempts     int not null default 0,
  created_at   timestamptz not null default now(),
  finished_at  timestamptz,
  constraint requests_pkey primary key (id),
  constraint requests_contents_end check (finished_at is null or (headers is null and body is null))
);
create index requests_waiting on net.requests (id) where finished_at is null;
create index requests_finished_at on net.requests (finished_at);
alter table net.requests enable row level security;
comment on table net.requests is
  'Each outbound request. Headers and body may hold secrets: no role reads them, and they are '
  'wiped when the request is done.';

create table net.responses (
  id           bigint not null,
  status_code  int,
  content_type text,
  headers      jsonb,
  content      text,
  raw          bytea,
  truncated    boolean not null default false,
  timed_out    boolean not null default false,
  error_msg    text,
  created      timestamptz not null default now(),
  constraint responses_pkey primary key (id),
  constraint responses_request_exists foreign key (id) references net.requests on delete cascade
);
alter table net.responses enable row level security;
comment on table net.responses is 'What came back for the request of the same id, or why nothing did.';
comment on column net.responses.raw is 'The body when it is not text.';
comment on column net.responses.truncated is
  'The body was longer than OUTBOUND_RESPONSE_LIMIT_BYTES: what is here is its beginning.';

create table net.secrets (
  name       text not null,
  sealed     bytea not null,
  updated_at timestamptz not null default now(),
  constraint secrets_pkey primary key (name),
  constraint secrets_name_plain check (name ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$')
);
alter table net.secrets enable row level security;
comment on table net.secrets is
  'Values that headers name as {{ secret.<name> }}, encrypted by the server: the database never sees them.';

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (status_code int, headers jsonb, body text);
create type net.http_response_result as (status net.request_status, message text, response net.http_response);

-- The query of a url may hold a token: it is not among the columns either.
grant select (id, method, timeout_ms, max_attempts, attempts, created_at, finished_at) on net.requests
  to service_role;
grant select on net.responses to service_role;
grant select (name, updated_at) on net.secrets to service_role;
reset role;

-- +goose Down
drop type net.http_response_result;
drop type net.http_response;
drop type net.request_status;
drop table net.secrets;
drop table net.responses;
drop table net.requests;
drop schema net;
