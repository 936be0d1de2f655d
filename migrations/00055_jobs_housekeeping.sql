-- Workers in other languages, which come by /jobs/v1, stand on the list of
-- workers; runs of workflows are forgotten by when they ended.

-- +goose Up
set local role howdah_owner;
alter table jobs.workers add column kind text not null default 'howdah';
alter table jobs.workers add constraint workers_kind_known check (kind in ('howdah', 'external')) not valid;
comment on column jobs.workers.kind is
  'howdah: a worker of this binary. external: one that claims through /jobs/v1; it has no pid.';
-- squawk-ignore require-concurrent-index-creation
create index runs_finished_at on jobs.runs (finished_at) where finished_at is not null;
reset role;

-- +goose Down
drop index jobs.runs_finished_at;
alter table jobs.workers drop column kind;
