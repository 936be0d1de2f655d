-- Mail and text messages that wait to leave, were sent, or could not be. The
-- templates here are the user's own; the built-in ones are LOGIC, in
-- sql/mail/_builtin.sql, so that they improve with a release and never
-- overwrite what a user wrote.

-- +goose Up
create schema mail authorization howdah_owner;
create schema sms authorization howdah_owner;
comment on schema mail is 'Mail: templates, the messages themselves, the development inbox.';
comment on schema sms is 'Text messages; they wait in mail.messages too.';
grant usage on schema mail, sms to authenticator, service_role;

set local role howdah_owner;
create table mail.templates (
  name       text not null,
  locale     text not null default '',
  version    int not null,
  subject    text not null,
  text_body  text not null,
  html_body  text,
  created_at timestamptz not null default now(),
  constraint templates_pkey primary key (name, locale, version),
  constraint templates_version_counts_from_one check (version >= 1)
);
alter table mail.templates enable row level security;
comment on table mail.templates is
  'Templates of the user''s own, every version; the highest counts, and stands before a built-in one of its '
  'name. Written by mail.set_template.';
comment on column mail.templates.locale is 'A language tag such as de or de-AT; empty for any.';
comment on column mail.templates.html_body is 'Null sends plain text alone.';

create table mail.messages (
  id              bigint generated always as identity,
  channel         text not null,
  recipient       text not null,
  template        text,
  locale          text not null default '',
  version         int not null default 0,
  body            text,
  data            jsonb not null default '{}',
  sealed          bytea,
  idempotency_key text,
  state           text not null default 'queued',
  attempts        int not null default 0,
  max_attempts    int not null default 12,
  error_class     text,
  error           text,
  created_at      timestamptz not null default now(),
  claimed_at      timestamptz,
  finished_at     timestamptz,
  constraint messages_pkey primary key (id),
  constraint messages_idempotency_key_unique unique (idempotency_key),
  constraint messages_channel_known check (channel in ('mail', 'sms')),
  constraint messages_has_text
    check (case channel when 'mail' then template is not null else body is not null end),
  constraint messages_state_known
    check (state in ('queued', 'sending', 'sent', 'bounced', 'failed', 'unknown')),
  constraint messages_secrets_end check (sealed is null or state in ('queued', 'sending'))
);
create index messages_state on mail.messages (state, id);
create index messages_created_at on mail.messages using brin (created_at);
alter table mail.messages enable row level security;
comment on table mail.messages is
  'Each mail and text message: whom it goes to, what it says, how it went. '
  'Written by mail.send and sms.send.';
comment on column mail.messages.version is
  'The version of the template when it was queued; 0 is the built-in one.';
comment on column mail.messages.sealed is
  'Codes and links, encrypted by the server; wiped when the message is sent or given up.';
comment on column mail.messages.state is
  'queued, sending, sent; bounced: refused for good; failed: tried max_attempts times in vain; unknown: '
  'the worker died while sending a message that must not go twice.';

create table mail.inbox (
  id          bigint generated always as identity,
  message     bigint,
  channel     text not null,
  recipient   text not null,
  sealed      bytea not null,
  received_at timestamptz not null default now(),
  constraint inbox_pkey primary key (id)
);
alter table mail.inbox enable row level security;
comment on table mail.inbox is
  'The last messages of a development server, encrypted by it; /dev/inbox shows them.';

-- What trusted servers may read: everything but the secrets.
grant select on mail.templates to service_role;
grant select (id, channel, recipient, template, locale, version, body, data, idempotency_key, state,
              attempts, max_attempts, error_class, error, created_at, claimed_at, finished_at)
  on mail.messages to service_role;
reset role;

-- +goose Down
drop table mail.inbox;
drop table mail.messages;
drop table mail.templates;
drop schema sms;
drop schema mail;
