-- A chat for everybody who is signed in; its page is /realtime/v1/demo/chat.

-- +goose Up
create table public.chat_messages (
  id         bigint generated always as identity,
  user_id    uuid not null default auth.uid(),
  author     text not null,
  body       text not null,
  created_at timestamptz not null default now(),
  constraint chat_messages_pkey primary key (id),
  constraint chat_messages_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint chat_messages_not_blank check (body ~ '\S')
);
create index chat_messages_user_id on public.chat_messages (user_id);
alter table public.chat_messages enable row level security;
comment on table public.chat_messages is 'What was said.';
grant select on public.chat_messages to authenticated;
grant insert (author, body) on public.chat_messages to authenticated;
select realtime.enable('public.chat_messages');
select realtime.enable('public.todos');

-- +goose Down
select realtime.disable('public.todos');
drop table public.chat_messages;
