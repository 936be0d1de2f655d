-- Which e-mails nobody has proved: autoconfirm confirms without a mail, and who
-- signed up with somebody else's address must not keep a key to the account
-- when its owner comes.

-- +goose Up
set local role howdah_owner;
alter table auth.users add column email_autoconfirmed boolean not null default false;
comment on column auth.users.email_autoconfirmed is
  'The address counts as confirmed because of MAILER_AUTOCONFIRM alone: no mail to it was ever answered.';
reset role;

-- +goose Down
alter table auth.users drop column email_autoconfirmed;
