-- Runs of workflows that are over are forgotten by when they ended.

-- +goose Up
set local role howdah_owner;
create index runs_finished_at on jobs.runs (finished_at) where finished_at is not null;
reset role;

-- +goose Down
drop index jobs.runs_finished_at;
