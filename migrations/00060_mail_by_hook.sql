-- Messages that a hook of the user's sends in place of a mail server or a gateway.

-- +goose Up
set local lock_timeout = '2s';
set local role howdah_owner;
alter table mail.messages add column hook jsonb;
alter table mail.messages drop constraint messages_has_text;
alter table mail.messages
  add constraint messages_has_text check (
    hook is not null
    or case channel when 'mail' then template is not null else body is not null end) not valid;
comment on column mail.messages.hook is
  'event and input for the hook that sends it, without its secrets; null for a '
  'message that is rendered here.';
grant select (hook) on mail.messages to service_role;
reset role;

-- +goose Down
set local lock_timeout = '2s';
delete from mail.messages where hook is not null;
alter table mail.messages drop constraint messages_has_text;
alter table mail.messages add constraint messages_has_text
  check (case channel when 'mail' then template is not null else body is not null end) not valid;
alter table mail.messages drop column hook;
