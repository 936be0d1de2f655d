-- STATE of the feature profiles.

-- +goose Up
create table public.profiles (
  user_id     uuid not null default auth.uid(),
  handle      text not null,
  name        text,
  picture_url text,
  created_at  timestamptz not null default now(),
  constraint profiles_pkey primary key (user_id),
  constraint profiles_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint profiles_handle_unique unique (handle),
  constraint profiles_handle_fits check (handle ~ '^[a-z0-9_]{3,30}$'),
  constraint profiles_picture_is_https check (picture_url ~ '^https://')
);
alter table public.profiles enable row level security;
comment on table public.profiles is 'What everybody may know of a user.';
grant select on public.profiles to anon, authenticated;
grant insert, update, delete on public.profiles to authenticated;

-- +goose Down
drop table public.profiles;
