-- Organizations, their members and invites, and who may do what.

-- +goose Up
create schema orgs authorization howdah_owner;
comment on schema orgs is 'Tenancy and permissions: organizations, members, invites, roles.';
grant usage on schema orgs to authenticator, anon, authenticated, service_role;
set local role howdah_owner;
create table orgs.roles (
  name        text not null,
  description text not null default '',
  permissions text[] not null default '{}',
  built_in    boolean not null default false,
  created_at  timestamptz not null default now(),
  constraint roles_pkey primary key (name),
  constraint roles_name_shape check (name ~ '^[a-z][a-z0-9_]{1,62}$')
);
alter table orgs.roles enable row level security;
comment on table orgs.roles is
  'Roles and their permissions (resource:action, either may be *, or * for all). The four '
  'built-in ones stay as they are.';
insert into orgs.roles (name, description, permissions, built_in)
values ('superadmin', 'Everything, everywhere.', '{*}', true),
       ('org_admin', 'Everything within an organization.', '{*}', true),
       ('operator', 'Reads, writes and deletes; manages neither members nor roles.',
        '{*:read,*:write,*:delete}', true),
       ('viewer', 'Reads.', '{*:read}', true);

create table orgs.user_roles (
  user_id    uuid not null,
  role       text not null,
  granted_by uuid,
  created_at timestamptz not null default now(),
  constraint user_roles_pkey primary key (user_id, role),
  constraint user_roles_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint user_roles_role_exists foreign key (role) references orgs.roles on delete cascade
);
create index user_roles_role on orgs.user_roles (role);
alter table orgs.user_roles enable row level security;
comment on table orgs.user_roles is 'Roles that hold everywhere, in every organization.';

create table orgs.orgs (
  id         uuid not null default gen_random_uuid(),
  name       text not null,
  slug       text not null,
  metadata   jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint orgs_pkey primary key (id),
  constraint orgs_slug_unique unique (slug),
  constraint orgs_slug_shape check (slug ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$'),
  constraint orgs_name_length check (length(name) between 1 and 200)
);
alter table orgs.orgs enable row level security;
comment on table orgs.orgs is
  'Tenants. Reference one as orgs.orgs (id), with org_id uuid default orgs.current_org().';

create table orgs.members (
  org_id    uuid not null,
  user_id   uuid not null,
  role      text not null,
  joined_at timestamptz not null default now(),
  constraint members_pkey primary key (org_id, user_id),
  constraint members_org_exists foreign key (org_id) references orgs.orgs on delete cascade,
  constraint members_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint members_role_exists foreign key (role) references orgs.roles
);
create index members_user_id on orgs.members (user_id);
create index members_role on orgs.members (role);
alter table orgs.members enable row level security;
comment on table orgs.members is 'Who belongs to an organization, and as what.';

create table orgs.invites (
  id         uuid not null default gen_random_uuid(),
  org_id     uuid not null,
  email      text not null,
  role       text not null,
  token_hash bytea not null,
  invited_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint invites_pkey primary key (id),
  constraint invites_token_unique unique (token_hash),
  constraint invites_one_pending unique (org_id, email),
  constraint invites_org_exists foreign key (org_id) references orgs.orgs on delete cascade,
  constraint invites_role_exists foreign key (role) references orgs.roles on delete cascade
);
create index invites_role on orgs.invites (role);
create index invites_expires_at on orgs.invites (expires_at);
alter table orgs.invites enable row level security;
comment on table orgs.invites is
  'Invites that are out: one an address and organization, for the owner of the address alone, used once.';
grant select on orgs.roles, orgs.user_roles, orgs.orgs, orgs.members to service_role;
grant select (id, org_id, email, role, invited_by, created_at, expires_at) on orgs.invites to service_role;
reset role;

-- +goose Down
drop table orgs.invites;
drop table orgs.members;
drop table orgs.orgs;
drop table orgs.user_roles;
drop table orgs.roles;
drop schema orgs;
