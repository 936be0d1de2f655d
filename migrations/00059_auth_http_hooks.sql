-- Hooks that the server's configuration names: functions beside those that were
-- registered by hand, and the job that tells an address what has happened.

-- +goose Up
set local lock_timeout = '2s';
set local role howdah_owner;
alter table auth.hooks add column configured boolean not null default false;
comment on column auth.hooks.configured is
  'Named by HOOK_<EVENT>_URI of the server that was started last, and goes with it.';
insert into jobs.handlers (name, kind, requires) values ('auth.hook', 'worker', '{event,input}');
reset role;

-- +goose Down
set local lock_timeout = '2s';
delete from jobs.jobs where name = 'auth.hook';
delete from jobs.handlers where name = 'auth.hook';
alter table auth.hooks drop column configured;
