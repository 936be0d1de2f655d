-- Functions: the schema that HTTP handlers in SQL live in, the shapes that they
-- take and answer, and the programs elsewhere that answer in a function's place.

-- +goose Up
create schema functions authorization howdah_owner;
comment on schema functions is
  'HTTP handlers in SQL: functions.<name>(functions.request) answers /functions/v1/<name>.';
grant usage on schema functions to anon, authenticated, service_role, authenticator;
set local role howdah_owner;
create type functions.request as (
  method       text,
  path         text,
  query        jsonb,
  headers      jsonb,
  cookies      jsonb,
  content_type text,
  body         bytea,
  text         text,
  json         jsonb,
  form         jsonb,
  claims       jsonb
);
comment on type functions.request is
  'A request as a handler sees it. What does not apply is null: json without a JSON '
  'body, form without a form.';
comment on column functions.request.path is
  'What follows the name, with its slash: /orders/7 of /functions/v1/shop/orders/7; / for nothing.';
comment on column functions.request.query is 'Each parameter with the list of its values.';
comment on column functions.request.headers is
  'Names in lower case; values of a repeated header are joined by commas.';
comment on column functions.request.form is
  'Fields with the list of their values; a file is {filename, type, size, base64}.';
create type functions.response as (
  status  int,
  headers jsonb,
  body    bytea
);
comment on type functions.response is
  'What a handler answers: functions.reply and its kin make one. A header''s value is a '
  'string or a list of strings.';
create table functions.upstreams (
  name       text not null,
  url        text not null,
  verify_jwt boolean not null default true,
  roles      text[],
  timeout    interval not null default '30 seconds',
  constraint upstreams_pkey primary key (name),
  constraint upstreams_name_is_segment check (name ~ '^[A-Za-z0-9_-]{1,63}$'),
  constraint upstreams_url_is_http check (url ~ '^https?://[^/?#]+'),
  constraint upstreams_timeout_positive check (timeout > interval '0')
);
alter table functions.upstreams enable row level security;
comment on table functions.upstreams is
  'Functions that a program elsewhere answers: name and base URL, and who may call. '
  'functions.register_upstream writes it.';
reset role;

-- +goose Down
drop table functions.upstreams;
drop type functions.response;
drop type functions.request;
drop schema functions;
