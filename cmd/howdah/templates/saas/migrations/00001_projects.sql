-- STATE: what an organization works on. Organizations, members, invites and
-- roles are the platform's (/orgs/v1); who may what is in ../sql/projects/policies.sql.

-- +goose Up
create table public.projects (
  id         uuid not null default gen_random_uuid(),
  org_id     uuid not null,
  name       text not null,
  created_by uuid default auth.uid(),
  created_at timestamptz not null default now(),
  constraint projects_pkey primary key (id),
  constraint projects_org_exists foreign key (org_id) references orgs.orgs on delete cascade,
  constraint projects_creator_exists foreign key (created_by) references auth.users on delete set null,
  constraint projects_name_not_blank check (name ~ '\S')
);
create index projects_org_id on public.projects (org_id, created_at);
create index projects_created_by on public.projects (created_by);
alter table public.projects enable row level security;
comment on table public.projects is 'What an organization works on: copy its policies for further tables.';
grant select, insert, update, delete on public.projects to authenticated;

-- +goose Down
drop table public.projects;
