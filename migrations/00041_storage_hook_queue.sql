-- A hook's job goes into its handler's queue, unless the hook names another.

-- +goose Up
set local lock_timeout = '2s';
set local role howdah_owner;
alter table storage.hooks alter column queue drop default, alter column queue drop not null;
reset role;

-- +goose Down
set local lock_timeout = '2s';
set local role howdah_owner;
update storage.hooks set queue = 'default' where queue is null;
alter table storage.hooks alter column queue set default 'default', alter column queue set not null;
reset role;
