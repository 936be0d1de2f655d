-- STATE: organisations, who belongs to them with which role, and what is theirs.

-- +goose Up
create schema private;
comment on schema private is 'Helpers that no API shows.';
grant usage on schema private to authenticated;
create type public.member_role as enum ('viewer', 'member', 'admin', 'owner');
create table public.organizations (
  id         uuid not null default gen_random_uuid(),
  name       text not null,
  created_at timestamptz not null default now(),
  constraint organizations_pkey primary key (id),
  constraint organizations_name_not_blank check (name ~ '\S')
);
create table public.memberships (
  organization_id uuid not null,
  user_id         uuid not null,
  role            public.member_role not null default 'member',
  joined_at       timestamptz not null default now(),
  constraint memberships_pkey primary key (organization_id, user_id),
  constraint memberships_organization_exists foreign key (organization_id) references public.organizations on delete cascade,
  constraint memberships_user_exists foreign key (user_id) references auth.users on delete cascade
);
create index memberships_user_id on public.memberships (user_id);
create table public.projects (
  id              uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  name            text not null,
  created_by      uuid default auth.uid(),
  created_at      timestamptz not null default now(),
  constraint projects_pkey primary key (id),
  constraint projects_organization_exists foreign key (organization_id) references public.organizations on delete cascade,
  constraint projects_creator_exists foreign key (created_by) references auth.users on delete set null,
  constraint projects_name_not_blank check (name ~ '\S')
);
create index projects_organization_id on public.projects (organization_id);
create index projects_created_by on public.projects (created_by);
alter table public.organizations enable row level security;
alter table public.memberships enable row level security;
alter table public.projects enable row level security;
comment on table public.organizations is 'A tenant.';
comment on table public.memberships is 'Who belongs to an organisation, and what they may do there.';
comment on table public.projects is 'What an organisation works on: copy its policies for further tables.';
grant select, update on public.organizations to authenticated;
grant select, insert, update, delete on public.memberships to authenticated;
grant select, insert, update, delete on public.projects to authenticated;

-- +goose Down
drop table public.projects;
drop table public.memberships;
drop table public.organizations;
drop type public.member_role;
drop schema private;
