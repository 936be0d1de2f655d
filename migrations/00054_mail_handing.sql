-- When a sender had its connection and began to hand the message over: what
-- breaks off before that has certainly not left.

-- +goose Up
set local role howdah_owner;
alter table mail.messages add column handed_at timestamptz;
comment on column mail.messages.handed_at is
  'When the last attempt began to hand the message over; null while it had not got that far.';
grant select (handed_at) on mail.messages to service_role;
reset role;

-- +goose Down
alter table mail.messages drop column handed_at;
